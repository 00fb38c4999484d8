namespace CloudKick.LocalCloud;

/// <summary>How the registry is set up.</summary>
/// <param name="Arns">Account and region.</param>
/// <param name="PolicyDelay">How long a change of policies, attachments and states takes at most to act. 0: at once.</param>
internal sealed record RegistrySettings(Arns Arns, TimeSpan PolicyDelay)
{
    /// <summary>Things, thing types, certificates (deleted ones too, which stay refused), policies, templates: at most so many of each.</summary>
    public int Capacity { get; init; } = 100_000;

    /// <summary>AWS IoT Core quotas: policies attached to a certificate.</summary>
    public const int MaximumPoliciesPerCertificate = 10;

    /// <summary>AWS IoT Core quotas: versions of a policy.</summary>
    public const int MaximumPolicyVersions = 5;

    /// <summary>AWS IoT Core quotas: characters of a policy document, white space not counted.</summary>
    public const int MaximumPolicyLength = 2048;

    /// <summary>AWS IoT Core quotas: attributes of a thing without a thing type.</summary>
    public const int MaximumAttributesWithoutType = 3;

    /// <summary>AWS IoT Core quotas: attributes of a thing with a thing type.</summary>
    public const int MaximumAttributesWithType = 50;
}
