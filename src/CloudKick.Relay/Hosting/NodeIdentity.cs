using System.Security.Cryptography;

namespace CloudKick.Relay.Hosting;

/// <summary>Names this process among the relay's nodes: in leases, sessions, events and MQTT client ids.</summary>
/// <param name="Name">
/// Unique per process, not per machine: a restarted node must not be taken for the one that died with its leases and sessions.
/// </param>
public sealed record NodeIdentity(string Name)
{
    private const int SuffixBytes = 4;
    private const int MaximumPrefixLength = 40;

    /// <summary>A new identity: the prefix (default: the machine's name) in the characters that an MQTT client id may have, and a random suffix.</summary>
    public static NodeIdentity Create(string? prefix = null)
    {
        var allowed = (string.IsNullOrWhiteSpace(prefix) ? Environment.MachineName : prefix)
            .Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            .Take(MaximumPrefixLength)
            .ToArray();
        return new NodeIdentity($"{new string(allowed)}-{RandomNumberGenerator.GetHexString(SuffixBytes * 2, lowercase: true)}");
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
