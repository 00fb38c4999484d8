using System.Net.Http.Json;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Relaying;
using CloudKick.Relay.Kicks;

namespace CloudKick.Cli.Kicks;

/// <summary>One kick over the API, asked after until it is final.</summary>
internal sealed class FollowedKick(RelayClient client, TimeProvider timeProvider)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    // A final kick whose terminal's acknowledgement may still be on its way: the session came first.
    private static readonly TimeSpan AcknowledgementGrace = TimeSpan.FromMilliseconds(500);

    // The relay ends a kick at its deadline; it may be restarting just then.
    private static readonly TimeSpan AfterDeadline = TimeSpan.FromSeconds(30);

    public Task<KickResponse> StartAsync(KickRequest request, string? idempotencyKey, CancellationToken cancellationToken) =>
        client.SendAsync<KickResponse>(
            () =>
            {
                var message = new HttpRequestMessage(HttpMethod.Post, "v1/kicks") { Content = JsonContent.Create(request, options: RelayClient.Json) };
                if (idempotencyKey is not null)
                    message.Headers.Add("Idempotency-Key", idempotencyKey);
                return message;
            },
            cancellationToken);

    /// <summary>Returns the final kick; tells <paramref name="seen"/> each time it is read.</summary>
    /// <exception cref="CliException">The relay did not say how the kick ended.</exception>
    public async Task<KickResponse> ToTheEndAsync(KickResponse kick, Action<KickResponse> seen, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var lastMoment = kick.ExpiresAt - kick.AcceptedAt + AfterDeadline;
        var pause = FirstPause;
        TimeSpan? finalSince = null;
        while (true)
        {
            var elapsed = timeProvider.GetElapsedTime(started);
            if (IsFinal(kick))
            {
                finalSince ??= elapsed;
                if (!AwaitsAcknowledgement(kick) || elapsed - finalSince >= AcknowledgementGrace)
                    return kick;
            }
            else
            {
                seen(kick);
            }

            await Task.Delay(pause, timeProvider, cancellationToken);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
            try
            {
                kick = await client.GetAsync<KickResponse>($"v1/kicks/{kick.Id}", cancellationToken);
            }
            catch (CliException silent) when (silent.ExitCode == ExitCode.Unavailable)
            {
                if (elapsed > lastMoment)
                    throw CliException.Unavailable($"{kick.Id} was {kick.State} when the relay stopped answering. {silent.Message}", "It ends at its deadline by itself; ask again later.");
            }
        }
    }

    private static bool IsFinal(KickResponse kick) => kick.EndedAt is not null;

    private static bool AwaitsAcknowledgement(KickResponse kick) =>
        kick is { State: "connected", BrokerOutcome: not "never_sent" } && kick.Ladder.Any(step => step.Step is "published" or "delivered" && step.Status != "done");
}
