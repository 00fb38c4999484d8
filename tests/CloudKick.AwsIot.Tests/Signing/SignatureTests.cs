using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;
using CloudKick.AwsIot.Control;
using CloudKick.AwsIot.Data;
using CloudKick.AwsIot.Queues;
using CloudKick.AwsIot.Tests.Support;

namespace CloudKick.AwsIot.Tests.Signing;

/// <summary>AWS's published examples sign alike by the SDK's signer and by ours; by ours, what our clients send is signed well.</summary>
internal sealed class SignatureTests
{
    private const string Secret = PublishedExamples.Secret;

    private static readonly BasicAWSCredentials Credentials = new(PublishedExamples.AccessKey, Secret);

    private static IEnumerable<Example> Examples => PublishedExamples.All;

    [TestCaseSource(nameof(Examples))]
    public void The_signer_signs_a_published_example_as_published(Example example) =>
        Assert.That(SdkSigner.Sign(example), Is.EqualTo(example.Signature));

    [TestCaseSource(nameof(Examples))]
    public void What_checks_our_requests_signs_it_as_published_too(Example example)
    {
        var target = example.Query.Length == 0 ? example.Path : $"{example.Path}?{example.Query}";

        var signature = SigV4.Sign(
            Secret, PublishedExamples.Region, example.Service, example.Method, target, example.Headers, Encoding.UTF8.GetBytes(example.Body));

        Assert.That(signature, Is.EqualTo(example.Signature));
    }

    [Test, CancelAfter(30_000)]
    public async Task What_is_published_is_signed_well(CancellationToken cancellationToken)
    {
        await using var aws = await ScriptedAws.StartAsync();
        using var client = new AmazonIotDataClient(Credentials, new() { ServiceURL = aws.Url, AuthenticationRegion = "eu-central-1" });

        await client.PublishAsync(
            new() { Topic = "NL-CAT/ü #+ é", Qos = 1, ResponseTopic = "a b/c~d", UserProperties = "[]", Payload = new("kick"u8.ToArray()) }, cancellationToken);

        var request = aws.Requests.Single();
        Assert.That(SigV4.IsValid(request, Secret), Is.True);
        Assert.That(SigV4.IsValid(request with { Body = "kicks"u8.ToArray() }, Secret), Is.False, "the body is signed");
        Assert.That(SigV4.IsValid(request with { Target = request.Target + "&retain=true" }, Secret), Is.False, "the query is signed");
    }

    [Test, CancelAfter(30_000)]
    public async Task Calls_with_a_document_and_a_session_token_are_signed_well(CancellationToken cancellationToken)
    {
        await using var aws = await ScriptedAws.StartAsync();
        using var client = new AmazonIoTClient(
            new SessionAWSCredentials(PublishedExamples.AccessKey, Secret, "session/token=="),
            new() { ServiceURL = aws.Url, AuthenticationRegion = "eu-central-1" });

        await client.CreateThingAsync(new() { ThingName = "NL000123", ThingTypeName = "terminal" }, cancellationToken);

        var request = aws.Requests.Single();
        Assert.That(request.Header("Authorization"), Does.Contain("/eu-central-1/iot/aws4_request").And.Contain("x-amz-security-token"));
        Assert.That(request.Header("x-amz-security-token"), Is.EqualTo("session/token=="));
        Assert.That(SigV4.IsValid(request, Secret), Is.True);
    }

    [Test, CancelAfter(30_000)]
    public async Task Calls_to_a_queue_are_signed_well(CancellationToken cancellationToken)
    {
        await using var aws = await ScriptedAws.StartAsync();
        using var client = new AmazonSQSClient(Credentials, new() { ServiceURL = aws.Url, AuthenticationRegion = "eu-central-1" });

        await client.ReceiveMessageAsync(new() { QueueUrl = "https://sqs/1/presence" }, cancellationToken);

        var request = aws.Requests.Single();
        Assert.That(request.Header("Authorization"), Does.Contain("/eu-central-1/sqs/aws4_request"));
        Assert.That(SigV4.IsValid(request, Secret), Is.True);
    }

    /// <summary>The SDK's signer, at the step where it takes a whole request: later ones add headers that the examples do not have.</summary>
    private sealed class SdkSigner : AWS4Signer
    {
        public static string Sign(Example example)
        {
            var headers = example.Headers;
            var canonical = CanonicalizeRequest(
                new Uri($"https://{example.Host}"),
                example.Path,
                example.Method,
                headers,
                CanonicalizeQueryParameters(example.Query),
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(example.Body))));
            return ComputeSignature(
                PublishedExamples.AccessKey, Secret, PublishedExamples.Region, PublishedExamples.SignedAt, example.Service, string.Join(';', headers.Keys), canonical).Signature;
        }
    }
}
