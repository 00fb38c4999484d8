using System.Collections.Frozen;

namespace CloudKick.LocalCloud;

/// <summary>Names of variables and condition keys. AWS takes them in any case; compiled policies hold these spellings.</summary>
internal static class PolicyKeys
{
    public const string ClientId = "iot:ClientId";
    public const string ConnectAttributes = "iot:ConnectAttributes";
    public const string Topic = "iot:Topic";
    public const string DomainName = "iot:DomainName";
    public const string ThingName = "iot:Connection.Thing.ThingName";
    public const string ThingTypeName = "iot:Connection.Thing.ThingTypeName";
    public const string IsAttached = "iot:Connection.Thing.IsAttached";
    public const string ThingAttributes = "iot:Connection.Thing.Attributes[";
    public const string CertificateId = "iot:CertificateId";
    public const string Certificate = "iot:Certificate.";
    public const string SourceIp = "aws:SourceIp";
    public const string SecureTransport = "aws:SecureTransport";
    public const string CurrentTime = "aws:CurrentTime";
    public const string EpochTime = "aws:EpochTime";

    private static readonly FrozenSet<string> Known = new[]
    {
        ClientId, ConnectAttributes, Topic, DomainName, ThingName, ThingTypeName, IsAttached, CertificateId, SourceIp, SecureTransport, CurrentTime, EpochTime,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The spelling that contexts compare with.</summary>
    public static string Canonical(string key)
    {
        if (Known.TryGetValue(key, out string? known)) return known;
        foreach (string prefix in (ReadOnlySpan<string>)[ThingAttributes, Certificate])
            if (key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return prefix + key[prefix.Length..];
        return key;
    }
}
