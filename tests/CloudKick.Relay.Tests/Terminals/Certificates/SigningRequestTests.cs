using System.Security.Cryptography;
using CloudKick.Relay.Terminals.Certificates;

namespace CloudKick.Relay.Tests.Terminals.Certificates;

internal sealed class SigningRequestTests
{
    private const string Begin = "-----BEGIN CERTIFICATE REQUEST-----";

    [Test]
    public void Keys_that_AWS_takes_are_taken()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);

        foreach (var pem in (string[])[SigningRequests.Of(p256), SigningRequests.Of(p384), SigningRequests.Of(rsa)])
            Assert.That(FaultOf(pem), Is.Null);
    }

    [Test]
    public void Weak_keys_are_refused_with_the_remedy()
    {
        using var rsa = RSA.Create(1024);
        using var koblitz = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));

        foreach (var pem in (string[])[SigningRequests.Of(rsa), SigningRequests.Of(koblitz)])
            Assert.That(FaultOf(pem), Does.Contain("P-256").And.Contain("2048"));
    }

    [Test]
    public void Text_around_a_request_is_left_behind()
    {
        var pem = SigningRequests.New();

        var isRead = SigningRequest.TryRead($"Certificate Request:\n    Data: …\n{pem}\n", out var read, out _);

        Assert.That(isRead, Is.True);
        Assert.That(read!.Pem, Is.EqualTo(pem.TrimEnd()));
        Assert.That(FaultOf(pem.Replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", StringComparison.Ordinal)), Is.Null);
    }

    [Test]
    public void The_same_key_has_the_same_fingerprint_whatever_the_request()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        SigningRequest.TryRead(SigningRequests.Of(key), out var first, out _);
        SigningRequest.TryRead(SigningRequests.Of(key, "another"), out var second, out _);

        Assert.That(first!.KeyFingerprint, Is.EqualTo(second!.KeyFingerprint).And.Match("^[0-9a-f]{64}$"));
        Assert.That(first.Pem, Is.Not.EqualTo(second.Pem));
    }

    [Test]
    public void A_private_key_is_refused_wherever_it_stands()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = SigningRequests.Of(key);

        foreach (var secret in (string[])[key.ExportPkcs8PrivateKeyPem(), key.ExportECPrivateKeyPem()])
            Assert.That(FaultOf($"{request}\n{secret}"), Does.Contain("private key").And.Contain("new key pair"));
    }

    [Test]
    public void A_request_that_another_key_signed_is_refused()
    {
        var lines = SigningRequests.New().Split('\n');
        var changed = lines.Select((line, n) => n == 2 ? line.Replace(line[5], line[5] == 'A' ? 'B' : 'A') : line);

        Assert.That(FaultOf(string.Join('\n', changed)), Does.Contain("valid signature"));
    }

    [TestCase(null, "required")]
    [TestCase("", "required")]
    [TestCase("hello", "no certificate signing request")]
    [TestCase(Begin, "no certificate signing request")]
    [TestCase(Begin + "\nAAAA\n-----END CERTIFICATE REQUEST-----", "no certificate signing request")]
    [TestCase("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "no certificate signing request")]
    public void What_is_no_request_is_refused(string? text, string expected) => Assert.That(FaultOf(text), Does.Contain(expected));

    [Test]
    public void Requests_have_a_longest_length() => Assert.That(FaultOf(new string('x', SigningRequest.MaximumLength + 1)), Does.Contain("at most"));

    private static string? FaultOf(string? pem)
    {
        var isRead = SigningRequest.TryRead(pem, out var read, out var fault);
        Assert.That(isRead, Is.EqualTo(read is not null).And.EqualTo(fault is null));
        return fault;
    }
}
