namespace CloudKick.LocalCloud;

/// <summary>The Amazon resource names of one account in one region.</summary>
internal sealed class Arns(string region, string accountId)
{
    /// <summary>What every resource name starts with, up to and including the account's colon.</summary>
    public string Prefix { get; } = $"arn:aws:iot:{region}:{accountId}:";

    public string Region { get; } = region;

    public string AccountId { get; } = accountId;

    public string Thing(string name) => $"{Prefix}thing/{name}";

    public string ThingType(string name) => $"{Prefix}thingtype/{name}";

    public string Certificate(string id) => $"{Prefix}cert/{id}";

    public string Policy(string name) => $"{Prefix}policy/{name}";

    public string Template(string name) => $"{Prefix}provisioningtemplate/{name}";

    /// <summary>The id in a certificate's resource name.</summary>
    /// <exception cref="RegistryException">It is no certificate's (invalid), or of another account or region (not found).</exception>
    public string CertificateIdIn(string? arn)
    {
        string[] parts = arn?.Split(':', 6) ?? [];
        if (parts is not ["arn", "aws", "iot", _, _, ['c', 'e', 'r', 't', '/', ..]])
            throw new RegistryException(RegistryFault.InvalidRequest, $"Invalid principal or target: {arn}. A certificate's ARN is expected.");
        if (!arn!.StartsWith(Prefix, StringComparison.Ordinal))
            throw new RegistryException(RegistryFault.ResourceNotFound, $"{arn} is not of this account and region.");
        return parts[5]["cert/".Length..];
    }
}
