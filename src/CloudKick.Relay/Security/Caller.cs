using System.Collections.Frozen;
using System.Reflection;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Security;

/// <summary>
/// Who is calling: the API key that a request came with. An endpoint behind <see cref="ScopeConventions.RequireScope"/> takes it as
/// a parameter.
/// </summary>
/// <param name="KeyId">The key's public id.</param>
/// <param name="Merchant">The merchant that the key acts for; null for a platform operator's key.</param>
/// <param name="Scopes">What the key may do.</param>
internal sealed record Caller(string KeyId, MerchantId? Merchant, FrozenSet<string> Scopes)
{
    /// <summary>How the audit log names the caller.</summary>
    public string Actor => "key:" + KeyId;

    /// <summary>The merchant, behind a merchant's scope.</summary>
    /// <exception cref="InvalidOperationException">It is a platform operator's key.</exception>
    public MerchantId RequiredMerchant =>
        Merchant ?? throw new InvalidOperationException($"Key {KeyId} acts for no merchant: the endpoint lacks a merchant's scope.");

    /// <summary>Binds an endpoint's parameter.</summary>
    /// <exception cref="InvalidOperationException">The endpoint requires no scope, so nobody was asked for a key.</exception>
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(context.Features.Get<Caller>()
            ?? throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} takes a {nameof(Caller)} and requires no scope."));
    }
}
