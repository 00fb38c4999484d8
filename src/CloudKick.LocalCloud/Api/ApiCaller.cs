namespace CloudKick.LocalCloud;

/// <summary>Who makes a call: a device by its certificate, or an identity by its signature. Exactly one is set.</summary>
internal sealed record ApiCaller(Device? Device, CloudIdentity? Identity)
{
    /// <summary>For logs.</summary>
    public override string ToString() => Identity is not null ? $"identity {Identity.Name}" : $"certificate {Device!.CertificateId}";
}
