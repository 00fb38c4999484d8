using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CloudKick.Cli.Local;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Volume;

/// <summary>
/// What PostgreSQL did for each statement, nested ones in functions included: its <c>auto_explain</c> writes every plan of the relay's
/// login to the server's log, and here they are read.
/// </summary>
internal sealed partial class PlanLog(PrivatePostgres server)
{
    private const string PlanFollows = "  plan:";

    private long _readTo;

    /// <summary>The server's settings that make it write them.</summary>
    public static IReadOnlyList<string> Settings { get; } =
    [
        "shared_preload_libraries=auto_explain", "auto_explain.log_min_duration=0", "auto_explain.log_nested_statements=on",
        "auto_explain.log_format=json", "auto_explain.log_analyze=on", "auto_explain.log_timing=off",
        // As on a disk without moving parts: a page from anywhere costs hardly more than the next one.
        "random_page_cost=1.1",
    ];

    /// <summary>Forgets what was logged so far.</summary>
    public void Skip() => _readTo = new FileInfo(server.LogFile).Length;

    /// <summary>The plans since the last call, of the login that the relay uses.</summary>
    public async Task<IReadOnlyList<StatementPlan>> ReadAsync(CancellationToken cancellationToken)
    {
        // Somebody else's statement may be in the middle of being written.
        var (text, readTo) = await Eventually.HoldsAsync(() => ReadTextAsync(cancellationToken), read => read.Text is "" or [.., '\n'], cancellationToken);
        _readTo = readTo;
        var lines = text.Split('\n');

        var plans = new List<StatementPlan>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].EndsWith(PlanFollows, StringComparison.Ordinal) || !ByRelay().IsMatch(lines[i]))
                continue;
            // The rest of an entry is set in by a tab.
            var json = new StringBuilder();
            while (i + 1 < lines.Length && lines[i + 1].StartsWith('\t'))
                json.Append(lines[++i].AsSpan(1)).Append('\n');
            plans.Add(StatementPlan.Of(JsonNode.Parse(json.ToString(), documentOptions: new JsonDocumentOptions { MaxDepth = 1_000 })!));
        }

        return plans;
    }

    private async Task<(string Text, long ReadTo)> ReadTextAsync(CancellationToken cancellationToken)
    {
        await using var log = new FileStream(server.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = _readTo;
        using var reader = new StreamReader(log);
        return (await reader.ReadToEndAsync(cancellationToken), log.Position);
    }

    // As PrivatePostgres has lines begin: time, process, user@database.
    [GeneratedRegex(@"^\S+ \S+ \S+ \[\d+\] cloudkick_relay@")]
    private static partial Regex ByRelay();
}
