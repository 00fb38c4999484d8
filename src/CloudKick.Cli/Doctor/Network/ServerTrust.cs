using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>What a server's certificate says of who is between this machine and the server.</summary>
internal static class ServerTrust
{
    private const X509ChainStatusFlags UnknownRoot = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;

    // Who signs AWS's certificates: its own authorities, and the one that it took over.
    private static readonly string[] AmazonsAuthorities = ["Amazon", "Starfield"];

    private static readonly TimeSpan ExpiresSoon = TimeSpan.FromDays(7);

    /// <summary>Judges what a connection showed. Pure.</summary>
    /// <param name="check">The check that asks.</param>
    /// <param name="host">The name that was asked for.</param>
    /// <param name="seen">The connection's version, for the evidence.</param>
    /// <param name="server">The certificate.</param>
    /// <param name="rootsAreGiven">Whether the authorities to trust were named, instead of the system's.</param>
    /// <param name="now">By this machine's clock.</param>
    public static Finding Judge(string check, string host, string seen, ServerCertificate server, bool rootsAreGiven, DateTimeOffset now)
    {
        if (server.Errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return Finding.Failed(
                check, $"{host} shows a {server}: for other names",
                $"Check the name. If it is right, something else answers for it, such as a captive portal or a proxy: have {host} let through.");
        }
        if ((server.Statuses & UnknownRoot) != 0)
        {
            return Finding.Failed(
                check, $"{host} shows a {server}: {(rootsAreGiven ? "the given authorities do not know its root" : "nobody here knows its root")}",
                $"TLS is opened on the way (interception) by a proxy or firewall of \"{server.Issuers}\", unless {(rootsAreGiven ? "--ca names the wrong file" : "the endpoint has an authority of its own (--ca)")}: "
                + $"have {host} excepted from TLS inspection. Terminals trust Amazon's roots alone.");
        }
        if (server.Statuses.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return Finding.Failed(
                check, string.Create(CultureInfo.InvariantCulture, $"{host} shows a {server}, from {server.NotBefore:yyyy-MM-dd} on; by this machine's clock it is {now:yyyy-MM-dd}"),
                "Set this machine's clock if it is wrong (see the check of the clock). If it is right, the server needs a new certificate.");
        }
        if (server.Errors != SslPolicyErrors.None)
            return Finding.Failed(check, $"{host} shows a {server}, which is not trusted here: {server.Statuses}", $"Have {host} excepted from TLS inspection.");

        var evidence = $"{seen}, {server}";
        if (DnsCheck.IsAmazon(host) && !IsAmazons(server.Chain))
        {
            return Finding.Failed(
                check, $"{evidence}: not one of Amazon's authorities",
                $"A proxy or firewall that this machine trusts opens TLS on the way (interception): terminals do not trust it. Have {host} excepted from TLS inspection.");
        }
        return server.NotAfter - now < ExpiresSoon
            ? Finding.Warning(check, evidence, "The server's certificate ends soon: whoever runs the server must renew it.")
            : Finding.Ok(check, evidence);
    }

    private static bool IsAmazons(IReadOnlyList<X509Certificate2> chain) =>
        chain.Any(certificate => AmazonsAuthorities.Any(name => ServerCertificate.Short(certificate.IssuerName).StartsWith(name, StringComparison.Ordinal)));
}
