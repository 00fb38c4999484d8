using System.Globalization;
using CloudKick.Testing;

namespace CloudKick.LocalCloud.Tests;

internal sealed class SignatureVerifierTests
{
    private static readonly CloudIdentity Identity = new("tester", "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    private static readonly CloudIdentity Temporary = Identity with { Name = "role", AccessKeyId = "ASIAEXAMPLE", SessionToken = "token" };
    private static readonly string[] Services = ["iotdevicegateway"];

    private readonly ManualTimeProvider _time = new();
    private SignatureVerifier _verifier = null!;

    [SetUp]
    public void CreateVerifier() =>
        _verifier = new SignatureVerifier(new Dictionary<string, CloudIdentity> { ["AKIDEXAMPLE"] = Identity, ["ASIAEXAMPLE"] = Temporary }, "eu-central-1", _time);

    [TestCase(-300)]
    [TestCase(0)]
    [TestCase(300)]
    public void A_clock_may_be_five_minutes_off(int seconds) =>
        Assert.That(_verifier.Verify(Signed(Identity, TimeSpan.FromSeconds(seconds)), Services), Is.EqualTo(Identity));

    [TestCase(-301, "Signature expired: ")]
    [TestCase(301, "Signature not yet current: ")]
    public void But_not_more(int seconds, string message) =>
        AssertRefused(Signed(Identity, TimeSpan.FromSeconds(seconds)), "InvalidSignatureException", message);

    [Test]
    public void A_presigned_address_is_good_for_as_long_as_it_says()
    {
        var request = Presigned(Identity, expires: 86_400);

        _time.Advance(TimeSpan.FromHours(24));
        Assert.That(_verifier.Verify(request, Services), Is.EqualTo(Identity));
        _time.Advance(TimeSpan.FromSeconds(1));
        AssertRefused(request, "InvalidSignatureException", "Signature expired: ");
    }

    [Test]
    public void And_for_five_minutes_if_it_does_not_say()
    {
        var request = Presigned(Identity, expires: null);

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.That(_verifier.Verify(request, Services), Is.EqualTo(Identity));
        _time.Advance(TimeSpan.FromSeconds(1));
        AssertRefused(request, "InvalidSignatureException", "Signature expired: ");
    }

    [Test]
    public void AWS_IoTs_clients_append_the_token_after_signing_and_others_sign_it([Values] bool signed) =>
        Assert.That(_verifier.Verify(Presigned(Temporary, expires: 60, tokenIsSigned: signed), Services), Is.EqualTo(Temporary));

    [Test]
    public void Temporary_credentials_without_their_token_are_refused() =>
        AssertRefused(Presigned(Temporary with { SessionToken = null }, expires: 60), "UnrecognizedClientException", "The security token included in the request is invalid.");

    [Test]
    public void Anything_changed_after_signing_is_refused()
    {
        var request = Signed(Identity, TimeSpan.Zero);

        SignedRequest[] changed =
        [
            request with { Method = "PUT" }, request with { Path = "/mqtt2" }, request with { Query = "a=1" }, request with { Body = new byte[1] },
            request with { Header = name => name == "host" ? "elsewhere" : request.Header(name) },
        ];

        foreach (var one in changed)
            AssertRefused(one, "InvalidSignatureException", "The request signature we calculated does not match");
    }

    [Test]
    public void The_host_must_be_signed() =>
        AssertRefused(Signed(Identity, TimeSpan.Zero, "x-amz-date"), "InvalidSignatureException", "'Host' must be a 'SignedHeader' in the AWS Authorization.");

    [TestCase("UNSIGNED-PAYLOAD")]
    [TestCase("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")]
    [TestCase("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")]
    public void A_payload_that_is_not_signed_is_refused(string hash)
    {
        var request = Signed(Identity, TimeSpan.Zero);

        AssertRefused(request with { Header = name => name == "X-Amz-Content-Sha256" ? hash : request.Header(name) }, "InvalidSignatureException", "The value of x-amz-content-sha256 is not the hash of the body.");
    }

    private void AssertRefused(SignedRequest request, string type, string message)
    {
        var refusal = Assert.Throws<ApiException>(() => _verifier.Verify(request, Services))!.Error;
        Assert.That((refusal.Status, refusal.Type), Is.EqualTo((403, type)));
        Assert.That(refusal.Message, Does.StartWith(message));
    }

    private SignedRequest Signed(CloudIdentity identity, TimeSpan clockError, string signedHeaders = "host;x-amz-date")
    {
        string date = Text(_time.GetUtcNow() + clockError);
        var headers = new Dictionary<string, string> { ["host"] = "localhost", ["x-amz-date"] = date };
        var request = new SignedRequest("GET", "/mqtt", "", name => headers.GetValueOrDefault(name.ToLowerInvariant()), default);
        headers["authorization"] = Authorization("00");
        headers["authorization"] = Authorization(Convert.ToHexStringLower(SignatureV4.Sign(request, SignatureClaim.Read(request)!, identity.SecretAccessKey)));
        return request;

        string Authorization(string signature) =>
            $"AWS4-HMAC-SHA256 Credential={identity.AccessKeyId}/{date[..8]}/eu-central-1/iotdevicegateway/aws4_request, SignedHeaders={signedHeaders}, Signature={signature}";
    }

    private SignedRequest Presigned(CloudIdentity identity, int? expires, bool tokenIsSigned = false)
    {
        string date = Text(_time.GetUtcNow());
        string credential = Uri.EscapeDataString($"{identity.AccessKeyId}/{date[..8]}/eu-central-1/iotdevicegateway/aws4_request");
        string query = $"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={date}&X-Amz-SignedHeaders=host";
        if (expires is not null) query += $"&X-Amz-Expires={expires}";
        string token = identity.SessionToken is null ? "" : $"&X-Amz-Security-Token={identity.SessionToken}";
        var request = new SignedRequest("GET", "/mqtt", $"{query}{(tokenIsSigned ? token : "")}&X-Amz-Signature=00", name => name == "host" ? "localhost" : null, default);
        string signature = Convert.ToHexStringLower(SignatureV4.Sign(request, SignatureClaim.Read(request)!, identity.SecretAccessKey));
        return request with { Query = $"{query}&X-Amz-Signature={signature}{token}" };
    }

    private static string Text(DateTimeOffset time) => time.ToString(SignatureV4.DateFormat, CultureInfo.InvariantCulture);
}
