using System.Security.Cryptography.X509Certificates;
using CloudKick.Testing.Certificates;
using CloudKick.Testing.Mosquitto;

namespace CloudKick.Benchmarks.Mqtt;

/// <summary>A way to the broker, and what is sent over it.</summary>
internal sealed record Target
{
    public const string Host = "127.0.0.1";
    public const string Topic = "NL-CAT/T000000001";

    public required string Name { get; init; }

    public required int Port { get; init; }

    public required int BrokerProcessId { get; init; }

    public required int InFlight { get; init; }

    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Absent: plain TCP.</summary>
    public TargetTls? Tls { get; init; }
}

/// <summary>Who the client is and whom it trusts: as objects, and as the files that a C library reads.</summary>
internal sealed record TargetTls(X509Certificate2 Certificate, X509Certificate2Collection Roots, string RootFile, string CertificateFile, string KeyFile)
{
    public static TargetTls Issue(MosquittoBroker broker, string directory)
    {
        TestCertificates authority = broker.Certificates;
        var certificate = authority.IssueClient("benchmark");
        var (root, own, key) = authority.WritePem(directory, certificate);
        return new TargetTls(certificate, authority.Roots, root, own, key);
    }
}
