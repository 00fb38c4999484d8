using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>One API key: rotated with an overlap, or revoked; the same for a merchant and for the platform.</summary>
internal abstract class KeyPage(ApiKeys keys, TimeProvider timeProvider) : AdminPage
{
    private static readonly int[] Overlaps = [0, 1, 24, 7 * 24, 30 * 24]; // hours

    [BindProperty]
    public int Overlap { get; set; } = 24;

    public override string Title => "Keys.OneTitle";

    public ApiKey Key { get; private set; } = null!;

    public bool Works => ApiKeyStates.Of(Key, timeProvider.GetUtcNow()) is ApiKeyState.Active;

    /// <summary>The key that took this one's place, to be shown this once.</summary>
    public ShownKey? Made { get; private set; }

    public IEnumerable<Choice> OverlapChoices =>
        Overlaps.Select(hours => new Choice($"{hours}", T[$"Keys.Overlap-{hours}"]));

    public abstract bool MayChange { get; }

    /// <summary>The list that this is of.</summary>
    public abstract string List { get; }

    protected abstract MerchantId? Owner { get; }

    public async Task<IActionResult> OnGetAsync(string keyId, CancellationToken cancellationToken) =>
        await FindAsync(keyId, cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnPostRotateAsync(string keyId, CancellationToken cancellationToken)
    {
        if (!await FindAsync(keyId, cancellationToken))
            return NotFound();
        if (!ModelState.IsValid)
            return Page(); // not the overlap that stands there by default
        if (!Overlaps.Contains(Overlap))
            return BadRequest();
        var rotation = await keys.RotateAsync(Owner, keyId, TimeSpan.FromHours(Overlap), Actor, cancellationToken);
        if (rotation.Successor is { } successor)
            Made = new ShownKey(successor, T["Keys.Rotated"]);
        else
            Blame("", rotation.ReplacedBy is { } earlier ? T["Keys.Replaced", earlier] : T["Keys.WorksNoMore"]);
        return await FindAsync(keyId, cancellationToken) ? Page() : NotFound();
    }

    public async Task<IActionResult> OnPostRevokeAsync(string keyId, CancellationToken cancellationToken) =>
        ApiKeyToken.IsKeyId(keyId) && await keys.RevokeAsync(Owner, keyId, Actor, cancellationToken) is not null ? Done(List, "Keys.SaidRevoked") : NotFound();

    private async Task<bool> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        if (!ApiKeyToken.IsKeyId(keyId) || await keys.FindAsync(Owner, keyId, cancellationToken) is not { } found)
            return false;
        Key = found;
        return true;
    }
}

/// <summary>One of a merchant's keys.</summary>
[MerchantInRoute, RequireScope(Scopes.KeysRead, Scopes.KeysWrite)]
internal sealed class ApiKeyPage(ApiKeys keys, TimeProvider timeProvider) : KeyPage(keys, timeProvider)
{
    public override bool MayChange => May(Scopes.KeysWrite);

    public override string List => $"/m/{Owner}/api-keys";

    protected override MerchantId? Owner => MerchantAtHand.Of(HttpContext).Id;
}

/// <summary>One of the platform operators' keys.</summary>
[RequireScope(Scopes.PlatformRead, Scopes.PlatformAdmin)]
internal sealed class PlatformApiKeyPage(ApiKeys keys, TimeProvider timeProvider) : KeyPage(keys, timeProvider)
{
    public override bool MayChange => May(Scopes.PlatformAdmin);

    public override string List => "/platform/api-keys";

    protected override MerchantId? Owner => null;
}
