using System.Collections.Frozen;
using System.Reflection;
using CloudKick.Relay.Database;
using CloudKick.Relay.Users;

namespace CloudKick.Relay.Security;

/// <summary>
/// Who is calling: an API key, or somebody who is signed in. An endpoint behind <see cref="RequireScopeAttribute"/> takes it as a
/// parameter.
/// </summary>
/// <param name="Id">Names the caller in rows of its own making and in limits: the key's public id, or <c>user:…</c>.</param>
/// <param name="Actor">How the audit log names the caller.</param>
/// <param name="Merchant">The merchant that the caller acts for; null for the platform's.</param>
/// <param name="Scopes">What the caller may do.</param>
internal sealed record Caller(string Id, string Actor, MerchantId? Merchant, FrozenSet<string> Scopes)
{
    /// <summary>From when on the key is refused; null: never, or it is no key.</summary>
    public DateTimeOffset? ExpiresAt { get; private init; }

    /// <summary>Who is signed in; null for a key.</summary>
    public SignedIn? Person { get; private init; }

    /// <summary>The merchant, behind a merchant's scope.</summary>
    /// <exception cref="InvalidOperationException">The caller is the platform's.</exception>
    public MerchantId RequiredMerchant =>
        Merchant ?? throw new InvalidOperationException($"{Actor} acts for no merchant: the endpoint lacks a merchant's scope.");

    public static Caller OfKey(string keyId, MerchantId? merchant, IEnumerable<string> scopes, DateTimeOffset? expiresAt = null)
    {
        var held = scopes.ToHashSet(StringComparer.Ordinal);
        if (held.Contains(Security.Scopes.PlatformAdmin))
            held.Add(Security.Scopes.PlatformRead);
        return new(keyId, "key:" + keyId, merchant, held.ToFrozenSet(StringComparer.Ordinal)) { ExpiresAt = expiresAt };
    }

    public static Caller OfPerson(SignedIn person) =>
        new(person.Actor, person.Actor, person.Merchant, Roles.ScopesOf(person.Role)) { Person = person };

    /// <summary>Whether the caller has a scope.</summary>
    public bool May(string scope) => Scopes.Contains(scope);

    /// <summary>Binds an endpoint's parameter.</summary>
    /// <exception cref="InvalidOperationException">The endpoint requires no scope, so nobody was asked who they are.</exception>
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(context.Features.Get<Caller>()
            ?? throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} takes a {nameof(Caller)} and requires no scope."));
    }
}
