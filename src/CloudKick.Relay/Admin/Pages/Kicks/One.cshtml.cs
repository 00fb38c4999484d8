using System.Runtime.CompilerServices;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Kicks.Events;
using CloudKick.Relay.Kicks.Search;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>What changes of a kick's page while the kick is open.</summary>
/// <param name="Kick">The kick.</param>
/// <param name="Events">What happened to it.</param>
/// <param name="Terminal">The address of its terminal's page; null: the terminal is not this merchant's any more, and has none here.</param>
/// <param name="IsSettled">Whether nothing more is to come.</param>
internal sealed record KickView(KickDetail Kick, IReadOnlyList<KickEvent> Events, string? Terminal, bool IsSettled);

/// <summary>One kick, as it happens while it is open.</summary>
[RequireScope(Scopes.KicksRead, Scopes.KicksWrite)]
internal sealed class KickPage(
    KickSearch search, KickEvents events, KickStore store, KickCancellation cancellation, KickPulse pulse, UserRegistry users,
    TerminalDirectory terminals, TimeProvider timeProvider) : MerchantPage
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2);

    // A session may be open before it is on record that the broker and the terminal had the kick.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    public override string Title => "Kicks.OneTitle";

    public KickView View { get; private set; } = null!;

    public KickDetail Kick => View.Kick;

    /// <summary>Who asked for it, for people.</summary>
    public string AskedBy { get; private set; } = "";

    /// <summary>How long it might live.</summary>
    public double Seconds => Math.Round((Kick.ExpiresAt - Kick.AcceptedAt).TotalSeconds);

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken cancellationToken)
    {
        if (!KickId.TryParse(id, out var kick) || await ReadAsync(kick, cancellationToken) is not { } found)
            return NotFound();
        View = found;
        AskedBy = await AskedByAsync(cancellationToken);
        return Page();
    }

    public IActionResult OnGetLive(string id) =>
        KickId.TryParse(id, out var kick) ? new LiveView(token => FollowAsync(kick, token)) : NotFound();

    public async Task<IActionResult> OnPostCancelAsync(string id, CancellationToken cancellationToken)
    {
        if (!KickId.TryParse(id, out var kick) || await cancellation.CancelAsync(Merchant.Id, kick, Actor, cancellationToken) is not { } cancelled)
            return NotFound();
        return cancelled ? Done(At($"kicks/{kick}"), "Kicks.SaidCancelled") : LocalRedirect(At($"kicks/{kick}"));
    }

    private async IAsyncEnumerable<LivePart> FollowAsync(KickId kick, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var signal = pulse.Follow(kick);
        await store.WatchAsync(Merchant.Id, kick, cancellationToken);
        KickView? shown = null;
        while (await ReadAsync(kick, cancellationToken) is { } now)
        {
            // The kick is read before its events: what happened in between is among the events first, and with the next look in the kick.
            if (now.Kick != shown?.Kick || now.Events.Count != shown.Events.Count)
                yield return new LivePart("kick", "_Kick", now, T["Kicks.Live", now.Kick.TerminalId, T["Kicks.State-" + now.Kick.State]]);
            if (now.IsSettled)
                yield break;
            shown = now;
            await signal.WaitAsync(AskAgainAfter, cancellationToken);
        }
    }

    private async Task<KickView?> ReadAsync(KickId kick, CancellationToken cancellationToken)
    {
        if (await search.FindAsync(Merchant.Id, kick, cancellationToken) is not { } found)
            return null;
        var isOurs = (await terminals.FindAmongAsync(Merchant.Id, [found.TerminalId], cancellationToken)).Count > 0;
        return new KickView(found, await events.ListAsync(Merchant.Id, kick, 0, cancellationToken), isOurs ? At($"terminals/{found.TerminalId}") : null, IsSettled(found));
    }

    private bool IsSettled(KickRow kick) => kick.EndedAt is { } ended
        && (kick.ConnectedAt is null
            || kick is { PublishedAt: not null, DeliveredAt: not null }
            || (timeProvider.GetUtcNow().UtcDateTime - ended).Duration() > LastWords);

    private async Task<string> AskedByAsync(CancellationToken cancellationToken)
    {
        var parts = Kick.ApiKeyId.Split(':', 2);
        if (parts.Length == 1)
            return T["Kicks.ByKey", Kick.ApiKeyId];
        return parts[0] == "user" && Guid.TryParse(parts[1], out var user) && await users.FindAsync(Merchant.Id, user, cancellationToken) is { } person
            ? person.Email
            : T["Kicks.ByPlatform"];
    }
}
