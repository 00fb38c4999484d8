using System.Net;
using System.Text.Json.Nodes;
using CloudKick.Faults.Stage;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>What a node says of itself at <c>/health/ready</c>.</summary>
internal static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan OneAnswer = TimeSpan.FromSeconds(30);

    /// <summary>Waits until the node says that it is not ready for its transport's sake, and in its words; those words.</summary>
    /// <param name="node">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="word">What the words must have in them, in any case.</param>
    /// <exception cref="TimeoutException">It did not say so; the message has what it said last.</exception>
    public static async Task<string> BlamesTransportAsync(RelayNode node, CancellationToken cancellationToken, string word = "")
    {
        using var client = new HttpClient { Timeout = OneAnswer };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        var (_, words) = await Eventually.HoldsAsync(
            () => AskAsync(client, node, deadline.Token),
            health => health.IsBlamed && health.Words.Contains(word, StringComparison.OrdinalIgnoreCase),
            deadline.Token);
        return words;
    }

    /// <summary>What the node says of its transport now, ready or not.</summary>
    public static async Task<string> OfTransportAsync(RelayNode node, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = OneAnswer };
        return (await AskAsync(client, node, cancellationToken)).Words;
    }

    private static async Task<(bool IsBlamed, string Words)> AskAsync(HttpClient client, RelayNode node, CancellationToken cancellationToken)
    {
        if (!node.IsRunning)
            throw new InvalidOperationException($"{node.Name} ended:\n{node.Log}");
        try
        {
            using var answer = await client.GetAsync(new Uri(node.Http, "health/ready"), cancellationToken);
            var transport = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))?["checks"]?["transport"];
            return (answer.StatusCode == HttpStatusCode.ServiceUnavailable && (string?)transport?["status"] == "failed", (string?)transport?["detail"] ?? "");
        }
        catch (HttpRequestException)
        {
            return (false, "not up yet");
        }
    }
}
