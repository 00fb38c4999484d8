using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

// The registry's own records. Its lock guards them; nothing outside the registry sees them.

internal sealed class ThingEntry(ThingDescription description)
{
    public ThingDescription Description { get; set; } = description;

    /// <summary>Its certificates, and whether each is the thing's exclusively.</summary>
    public Dictionary<CertificateEntry, bool> Principals { get; } = [];
}

internal sealed class CertificateEntry(CertificateDescription description, CertificateGrants grants)
{
    /// <summary>What connections hold of it.</summary>
    public CertificatePrincipal Principal { get; } = new(description.CertificateId, grants, new CertificateFacts(description.CertificatePem));

    public CertificateDescription Description { get; set; } = description;

    public Dictionary<ThingEntry, bool> Things { get; } = [];

    public HashSet<PolicyEntry> Policies { get; } = [];
}

internal sealed class PolicyEntry(string name, DateTimeOffset createdAt)
{
    public string Name { get; } = name;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset ModifiedAt { get; set; } = createdAt;

    /// <summary>Version numbers are never used again, as AWS's are not.</summary>
    public int LastVersion { get; set; }

    public int DefaultVersion { get; set; }

    public SortedDictionary<int, PolicyVersion> Versions { get; } = [];

    public HashSet<CertificateEntry> Targets { get; } = [];

    public PolicyVersion Default => Versions[DefaultVersion];
}

internal sealed record PolicyVersion(string Text, PolicyDocument Document, DateTimeOffset CreatedAt);

/// <summary>What a thing is to policies: its name, type and attributes.</summary>
internal sealed record ThingFacts(string Name, string? TypeName, ImmutableSortedDictionary<string, string> Attributes, bool Exclusive);
