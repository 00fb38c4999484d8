using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>A list of API keys, and how one is made: the same for a merchant and for the platform.</summary>
internal abstract class KeysPage(ApiKeys keys, IOptions<SecurityOptions> security, IOptions<PageOptions> options, TimeProvider timeProvider) : AdminPage
{
    [BindProperty]
    public string? Label { get; set; }

    [BindProperty]
    public List<string> ChosenScopes { get; set; } = [];

    [BindProperty]
    public string? ExpiresAt { get; set; }

    public IReadOnlyList<ApiKey> Keys { get; private set; } = [];

    public Paging Paging { get; private set; } = new(null, null);

    /// <summary>The key that was just made, to be shown this once.</summary>
    public ShownKey? Made { get; private set; }

    public abstract bool MayChange { get; }

    /// <summary>The address of this list.</summary>
    public abstract string List { get; }

    /// <summary>What a key may be given; a platform operator's has one scope and no choice.</summary>
    public IEnumerable<Choice> ScopeChoices =>
        Owner is null ? [] : Scopes.OfMerchants.Select(scope => new Choice(scope, scope, T["Keys.Scope-" + scope.Replace(':', '-')]));

    protected abstract MerchantId? Owner { get; }

    public Task OnGetAsync(string? after, CancellationToken cancellationToken) => ReadAsync(after, cancellationToken);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!LocalMoment.TryRead(ExpiresAt, options.Value.Zone, out var expiresAt) || expiresAt <= timeProvider.GetUtcNow())
            Blame(nameof(ExpiresAt), T["Keys.BadMoment"]);
        var wanted = new NewApiKey(Owner, security.Value.Environment, (Label ?? "").Trim(), Owner is null ? [Scopes.PlatformAdmin] : ChosenScopes, expiresAt);
        foreach (var fault in NewApiKeyValidator.Instance.Validate(wanted).Errors)
        {
            if (fault.PropertyName == nameof(NewApiKey.Label))
                Blame(nameof(Label), T["Keys.BadLabel"]);
            else
                Blame(nameof(ChosenScopes), T["Keys.NoScope"]);
        }

        var created = ModelState.IsValid ? await keys.CreateAsync(wanted, Actor, cancellationToken) : null;
        if (created is not null)
        {
            Made = new ShownKey(created, T["Keys.Made"]);
            ModelState.Clear();
            (Label, ExpiresAt) = (null, null);
        }

        await ReadAsync(null, cancellationToken);
        return Page();
    }

    private async Task ReadAsync(string? after, CancellationToken cancellationToken)
    {
        var rows = await keys.ListAsync(Owner, after, Paging.Size + 1, cancellationToken);
        Paging = Paging.Of(rows, key => key.KeyId, Request, [], out var shown);
        Keys = shown;
    }
}

/// <summary>A key's text, on the one page that shows it.</summary>
/// <param name="Created">The key.</param>
/// <param name="Text">What is said of it.</param>
internal sealed record ShownKey(CreatedApiKey Created, string Text);

/// <summary>A merchant's keys.</summary>
[MerchantInRoute, RequireScope(Scopes.KeysRead, Scopes.KeysWrite)]
internal sealed class ApiKeysPage(ApiKeys keys, IOptions<SecurityOptions> security, IOptions<PageOptions> options, TimeProvider timeProvider)
    : KeysPage(keys, security, options, timeProvider)
{
    public override string Title => "Keys.Title";

    public override bool MayChange => May(Scopes.KeysWrite);

    public override string List => $"/m/{Owner}/api-keys";

    protected override MerchantId? Owner => MerchantAtHand.Of(HttpContext).Id;
}

/// <summary>The platform operators' keys.</summary>
[RequireScope(Scopes.PlatformRead, Scopes.PlatformAdmin)]
internal sealed class PlatformApiKeysPage(ApiKeys keys, IOptions<SecurityOptions> security, IOptions<PageOptions> options, TimeProvider timeProvider)
    : KeysPage(keys, security, options, timeProvider)
{
    public override string Title => "Keys.TitlePlatform";

    public override bool MayChange => May(Scopes.PlatformAdmin);

    public override string List => "/platform/api-keys";

    protected override MerchantId? Owner => null;
}
