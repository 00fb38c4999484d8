using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>The certificate that a server showed, and what this machine thinks of it.</summary>
internal sealed class ServerCertificate : IDisposable
{
    private ServerCertificate(X509Certificate2 leaf, IReadOnlyList<X509Certificate2> chain, SslPolicyErrors errors, X509ChainStatusFlags statuses) =>
        (Leaf, Chain, Errors, Statuses) = (leaf, chain, errors, statuses);

    public X509Certificate2 Leaf { get; }

    /// <summary>From the leaf to as near to a root as this machine could find.</summary>
    public IReadOnlyList<X509Certificate2> Chain { get; }

    public SslPolicyErrors Errors { get; }

    public X509ChainStatusFlags Statuses { get; }

    /// <summary>The names that the certificate is for, or its subject.</summary>
    public string Names => Leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } alternatives
        && alternatives.EnumerateDnsNames().Take(4).ToList() is { Count: > 0 } names
            ? string.Join(", ", names)
            : Leaf.Subject;

    /// <summary>Who issued what, up to the last one known.</summary>
    public string Issuers => string.Join(" ← ", Chain.Select(certificate => Short(certificate.IssuerName)).Distinct());

    public DateTimeOffset NotBefore => Leaf.NotBefore.ToUniversalTime();

    public DateTimeOffset NotAfter => Leaf.NotAfter.ToUniversalTime();

    /// <summary>Keeps what the handshake shows, which it takes away afterwards.</summary>
    public static ServerCertificate Copy(X509Certificate certificate, X509Chain? chain, SslPolicyErrors errors) => new(
        Load(certificate),
        chain is null ? [] : [.. chain.ChainElements.Select(element => Load(element.Certificate))],
        errors,
        chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) ?? X509ChainStatusFlags.NoError);

    /// <summary>A name's organisation and common name: what people know an authority by.</summary>
    public static string Short(X500DistinguishedName name)
    {
        var parts = name.EnumerateRelativeDistinguishedNames().Where(part => !part.HasMultipleElements)
            .Select(part => (Kind: part.GetSingleElementType().FriendlyName, Value: part.GetSingleElementValue()))
            .Where(part => part is { Kind: "O" or "CN", Value.Length: > 0 }).DistinctBy(part => part.Kind)
            .OrderBy(part => part.Kind, StringComparer.Ordinal).Select(part => part.Value).ToList();
        return parts.Count == 0 ? name.Name : string.Join(", ", parts);
    }

    public void Dispose()
    {
        Leaf.Dispose();
        foreach (var certificate in Chain)
            certificate.Dispose();
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"certificate for {Names}, issued by {Issuers}, valid until {NotAfter:yyyy-MM-dd}");

    private static X509Certificate2 Load(X509Certificate certificate) => X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
}
