using System.Security.Cryptography;

namespace CloudKick.LocalCloud;

/// <summary>
/// Proofs that a device was given a certificate that it may now put to use: good for an hour and for one use. Thread safe.
/// </summary>
internal sealed class OwnershipTokens(TimeProvider timeProvider)
{
    /// <summary>AWS IoT Core developer guide, "Device provisioning MQTT API".</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private const int RandomBytes = 48;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string CertificateId, DateTimeOffset ExpiresAt)> _tokens = [];

    public string Issue(string certificateId)
    {
        string token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(RandomBytes));
        lock (_gate) _tokens.Add(token, (certificateId, timeProvider.GetUtcNow() + Lifetime));
        return token;
    }

    /// <summary>The certificate that a token is for; the token is used up if <paramref name="use"/> succeeds.</summary>
    /// <exception cref="RegistryException">The token is unknown, used or too old; or what <paramref name="use"/> throws.</exception>
    public T Use<T>(string? token, Func<string, T> use)
    {
        (string CertificateId, DateTimeOffset ExpiresAt) owned;
        lock (_gate)
        {
            if (token is null || !_tokens.TryGetValue(token, out owned) || owned.ExpiresAt <= timeProvider.GetUtcNow())
                throw new RegistryException(RegistryFault.InvalidCertificateOwnershipToken, "The certificate ownership token is missing, unknown, used or expired.");
            _tokens.Remove(token);
        }
        try
        {
            return use(owned.CertificateId);
        }
        catch (RegistryException)
        {
            lock (_gate) _tokens.Add(token, owned); // the device may correct its parameters and try again
            throw;
        }
    }

    /// <summary>Forgets tokens that are too old.</summary>
    /// <returns>Their certificates.</returns>
    public IReadOnlyList<string> TakeExpired()
    {
        var now = timeProvider.GetUtcNow();
        lock (_gate)
        {
            var expired = _tokens.Where(entry => entry.Value.ExpiresAt <= now).ToArray();
            foreach (var entry in expired) _tokens.Remove(entry.Key);
            return [.. expired.Select(entry => entry.Value.CertificateId)];
        }
    }
}
