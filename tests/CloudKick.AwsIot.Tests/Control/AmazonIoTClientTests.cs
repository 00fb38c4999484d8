using System.Reflection;
using Amazon.Runtime;
using CloudKick.AwsIot.Control;
using CloudKick.AwsIot.Tests.Support;

namespace CloudKick.AwsIot.Tests.Control;

/// <summary>What the tables cannot show: values on the wire, and back.</summary>
internal sealed class AmazonIoTClientTests
{
    private ScriptedAws _aws = null!;
    private AmazonIoTClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _aws = await ScriptedAws.StartAsync();
        _client = new AmazonIoTClient(
            new BasicAWSCredentials("AKIDEXAMPLE", "secret"), new() { ServiceURL = _aws.Url, AuthenticationRegion = "eu-central-1", MaxErrorRetry = 0 });
    }

    [TearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _aws.DisposeAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task A_thing_is_created_with_its_attributes(CancellationToken cancellationToken)
    {
        _aws.AnswerWith(200, """{"thingName":"NL1","thingArn":"arn:NL1","thingId":"1-2","somethingNew":{"a":[1]}}""");

        var answer = await _client.CreateThingAsync(
            new() { ThingName = "NL1", ThingTypeName = "terminal", AttributePayload = new() { Attributes = new() { ["merchant"] = "a\"b" }, Merge = false } },
            cancellationToken);

        var request = _aws.Requests.Single();
        Assert.That($"{request.Method} {request.Target}", Is.EqualTo("POST /things/NL1"));
        Assert.That(request.Header("Content-Type"), Is.EqualTo("application/json"));
        Assert.That(request.Text, Is.EqualTo("""{"thingTypeName":"terminal","attributePayload":{"attributes":{"merchant":"a\u0022b"},"merge":false}}"""));
        Assert.That((answer.ThingName, answer.ThingArn, answer.ThingId), Is.EqualTo(("NL1", "arn:NL1", "1-2")));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_certificate_is_attached_to_a_thing_by_a_header(CancellationToken cancellationToken)
    {
        await _client.AttachThingPrincipalAsync(
            new() { ThingName = "NL1", Principal = "arn:cert/1", ThingPrincipalType = ThingPrincipalType.EXCLUSIVE_THING }, cancellationToken);

        var request = _aws.Requests.Single();
        Assert.That($"{request.Method} {request.Target}", Is.EqualTo("PUT /things/NL1/principals?thingPrincipalType=EXCLUSIVE_THING"));
        Assert.That(request.Header("x-amzn-principal"), Is.EqualTo("arn:cert/1"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_certificate_is_described_with_its_times(CancellationToken cancellationToken)
    {
        _aws.AnswerWith(200, """
            {"certificateDescription":{"certificateId":"ab","status":"ACTIVE","creationDate":1.7951208005E9,"customerVersion":1,"transferData":{},
            "validity":{"notBefore":1795120680.0,"notAfter":2524607999},"previousOwnedBy":null,"certificateMode":"DEFAULT"}}
            """);

        var certificate = (await _client.DescribeCertificateAsync(new() { CertificateId = "ab" }, cancellationToken)).CertificateDescription!;

        Assert.That(certificate.Status, Is.EqualTo(CertificateStatus.ACTIVE));
        Assert.That(certificate.CreationDate, Is.EqualTo(new DateTime(2026, 11, 19, 20, 40, 0, 500, DateTimeKind.Utc)));
        Assert.That(certificate.CreationDate!.Value.Kind, Is.EqualTo(DateTimeKind.Utc));
        Assert.That(certificate.Validity!.NotAfter, Is.EqualTo(new DateTime(2049, 12, 31, 23, 59, 59, DateTimeKind.Utc)));
        Assert.That(certificate.PreviousOwnedBy, Is.Null);
    }

    [Test, CancelAfter(30_000)]
    public async Task Lists_maps_and_keys_come_back(CancellationToken cancellationToken)
    {
        _aws.AnswerWith(200, """{"principals":["a","b"],"nextToken":"n","resourceArns":{"thing":"arn"},"keyPair":{"PublicKey":"p","PrivateKey":"s"}}""");

        var principals = await _client.ListThingPrincipalsAsync(new() { ThingName = "NL1", MaxResults = 2 }, cancellationToken);
        var registered = await _client.RegisterThingAsync(new() { TemplateBody = "{}", Parameters = new() { ["ThingName"] = "NL1" } }, cancellationToken);
        var keys = await _client.CreateKeysAndCertificateAsync(new() { SetAsActive = true }, cancellationToken);

        Assert.That(principals.Principals, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(registered.ResourceArns["thing"], Is.EqualTo("arn"));
        Assert.That((keys.KeyPair!.PublicKey, keys.KeyPair.PrivateKey), Is.EqualTo(("p", "s")));
        Assert.That(_aws.Requests[1].Text, Is.EqualTo("""{"templateBody":"{}","parameters":{"ThingName":"NL1"}}"""));
        Assert.That(_aws.Requests[2].Target, Is.EqualTo("/keys-and-certificate?setAsActive=true"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Certificates_are_listed_by_when_they_were_made(CancellationToken cancellationToken)
    {
        _aws.AnswerWith(200, """{"certificates":[{"certificateId":"ab","status":"INACTIVE","creationDate":1795120680}],"nextMarker":"m","things":["NL1"]}""");

        var list = await _client.ListCertificatesAsync(new() { PageSize = 250, AscendingOrder = true }, cancellationToken);
        var things = await _client.ListPrincipalThingsAsync(new() { Principal = "arn" }, cancellationToken);

        Assert.That(_aws.Requests[0].Target, Is.EqualTo("/certificates?isAscendingOrder=true&pageSize=250"));
        var certificate = list.Certificates.Single();
        Assert.That((certificate.CertificateId, certificate.Status, list.NextMarker), Is.EqualTo(("ab", CertificateStatus.INACTIVE, "m")));
        Assert.That((things.Things.Single(), _aws.Requests[1].Header("x-amzn-principal")), Is.EqualTo(("NL1", "arn")));
    }

    [Test, CancelAfter(30_000)]
    public async Task What_makes_another_each_time_is_not_repeated_when_it_may_have_been_done(CancellationToken cancellationToken)
    {
        using var client = new AmazonIoTClient(
            new BasicAWSCredentials("AKIDEXAMPLE", "secret"), new() { ServiceURL = _aws.Url, AuthenticationRegion = "eu-central-1", MaxErrorRetry = 1 });

        _aws.AnswerWith(500, """{"message":"made up"}""");
        Assert.That(() => client.CreateCertificateFromCsrAsync(new() { CertificateSigningRequest = "csr" }, cancellationToken), Throws.InstanceOf<AmazonIoTException>());
        var whenItMayHaveBeen = _aws.Requests.Count;
        _aws.AnswerWith(429, """{"message":"made up"}""", ("x-amzn-ErrorType", "ThrottlingException"));
        Assert.That(() => client.CreateCertificateFromCsrAsync(new() { CertificateSigningRequest = "csr" }, cancellationToken), Throws.InstanceOf<ThrottlingException>());
        var whenItWasNot = _aws.Requests.Count - whenItMayHaveBeen;
        _aws.AnswerWith(500, """{"message":"made up"}""");
        Assert.That(() => client.DescribeCertificateAsync(new() { CertificateId = "ab" }, cancellationToken), Throws.InstanceOf<AmazonIoTException>());
        var others = _aws.Requests.Count - whenItMayHaveBeen - whenItWasNot;

        Assert.That((whenItMayHaveBeen, whenItWasNot, others), Is.EqualTo((1, 2, 2)));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_policy_is_created_with_tags(CancellationToken cancellationToken)
    {
        await _client.CreatePolicyAsync(
            new() { PolicyName = "terminals", PolicyDocument = "{}", Tags = [new() { Key = "env", Value = "test" }] }, cancellationToken);

        Assert.That(_aws.Requests.Single().Text, Is.EqualTo("""{"policyDocument":"{}","tags":[{"Key":"env","Value":"test"}]}"""));
    }

    [Test]
    public void Web_identity_finds_the_service_that_it_needs() =>
        Assert.That(Assembly.Load("AWSSDK.SecurityToken").GetType("Amazon.SecurityToken.AmazonSecurityTokenServiceClient"), Is.Not.Null);
}
