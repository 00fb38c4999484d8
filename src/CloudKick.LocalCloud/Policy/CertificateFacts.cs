using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.LocalCloud;

/// <summary>
/// What a certificate says, as the variables <c>iot:Certificate.…</c> name it: subject, issuer and serial number. Read when
/// a policy first asks. Thread safe.
/// </summary>
internal sealed class CertificateFacts(string certificatePem)
{
    // AWS IoT Core developer guide, "X.509 Certificate IoT policy variables".
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["2.5.4.3"] = "CommonName",
        ["2.5.4.4"] = "Surname",
        ["2.5.4.5"] = "SerialNumber",
        ["2.5.4.6"] = "Country",
        ["2.5.4.8"] = "State",
        ["2.5.4.10"] = "Organization",
        ["2.5.4.11"] = "OrganizationalUnit",
        ["2.5.4.12"] = "Title",
        ["2.5.4.42"] = "GivenName",
        ["2.5.4.43"] = "Initials",
        ["2.5.4.44"] = "GenerationQualifier",
        ["2.5.4.46"] = "DistinguishedNameQualifier",
        ["2.5.4.65"] = "Pseudonym",
    }.ToFrozenDictionary();

    private FrozenDictionary<string, string>? _values;

    /// <param name="name">What follows <c>iot:Certificate.</c>, e.g. <c>Subject.CommonName</c> or <c>Subject.Organization.1</c>.</param>
    /// <returns>Null if the certificate does not say.</returns>
    public string? Find(string name) => (_values ??= Read()).GetValueOrDefault(name);

    private FrozenDictionary<string, string> Read()
    {
        using var certificate = X509Certificate2.CreateFromPem(certificatePem);
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["SerialNumber"] = certificate.SerialNumber };
        Add(values, "Subject", certificate.SubjectName);
        Add(values, "Issuer", certificate.IssuerName);
        return values.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The first value of a kind stands under its name, and all of them under their numbers.</summary>
    private static void Add(Dictionary<string, string> values, string prefix, X500DistinguishedName name)
    {
        foreach (var part in name.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (part.HasMultipleElements || !Names.TryGetValue(part.GetSingleElementType().Value ?? "", out string? kind)) continue;
            if (Text(part) is not { } text) continue;
            values.TryAdd($"{prefix}.{kind}", text);
            int number = 0;
            while (!values.TryAdd($"{prefix}.{kind}.{number}", text)) number++;
        }
    }

    private static string? Text(X500RelativeDistinguishedName part)
    {
        try
        {
            return part.GetSingleElementValue();
        }
        catch (Exception exception) when (exception is AsnContentException or System.Security.Cryptography.CryptographicException)
        {
            return null; // not a string: AWS has no variable for it either
        }
    }
}
