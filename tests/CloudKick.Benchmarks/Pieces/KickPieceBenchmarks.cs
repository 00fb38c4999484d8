using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CloudKick.Benchmarks.Pieces;

/// <summary>What a kick costs between the socket and the database, and between the database and the broker, each piece by itself.</summary>
public class KickPieceBenchmarks
{
    internal static readonly TasAddress Tas = new("tas.example.com", 5555, Tls: true);

    private static readonly DateTimeOffset Accepted = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly KickId Id = new(Guid.CreateVersion7(Accepted));

    internal static readonly KickAttempt Attempt = new()
    {
        Kick = Id,
        TerminalId = "NL000101",
        Number = 1,
        TopicTemplate = "{subscriptionTopic}/{terminalId}",
        SubscriptionTopic = "NL-CAT",
        AccessProtocol = KickRequestValidator.AccessProtocol,
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        AcceptedAt = Accepted,
        ExpiresAt = Accepted.AddSeconds(30),
        RemainingWhenLeased = TimeSpan.FromSeconds(30),
        LeasedTimestamp = 0,
        CheckedTimestamp = 0,
    };

    private readonly JsonSerializerOptions _json = new ServiceCollection().AddJson().AddJsonContext(KickJson.Default)
        .BuildServiceProvider().GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;

    private readonly KickId _id = Id;
    private readonly KickAttempt _attempt = Attempt;
    private readonly KickRequestValidator _validator = new();
    private readonly string _writtenId = Id.ToString();
    private readonly byte[] _requestBytes = Encoding.UTF8.GetBytes(
        """{"terminalId":"NL000101","managementSystemId":"GrundmasterNL","accessProtocol":"OPI_NL","reference":"order-1042"}""");

    private KickRequest _request = null!;
    private KickRow _row = null!;
    private string _authorization = null!;
    private KnownKey _key = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _request = (KickRequest)ReadRequest();
        _row = new KickRow
        {
            KickId = Id.Value,
            TerminalId = _request.TerminalId!,
            ManagementSystemId = _request.ManagementSystemId!,
            AccessProtocol = _request.AccessProtocol!,
            Reference = _request.Reference,
            State = "published",
            BrokerOutcome = "acked",
            AcceptedAt = Accepted.UtcDateTime,
            ExpiresAt = Accepted.AddSeconds(30).UtcDateTime,
            PublishedAt = Accepted.AddMilliseconds(3).UtcDateTime,
        };
        var token = ApiKeyToken.Generate("bench");
        _authorization = $"Bearer {token.Reveal()}";
        _key = new KnownKey(new ApiKeyRow
        {
            KeyId = token.KeyId,
            MerchantId = Guid.NewGuid(),
            Environment = token.Environment,
            SecretHash = token.HashSecret(),
            Scopes = [Scopes.KicksWrite],
            ExpiresAt = null,
            RevokedAt = null,
        });
    }

    [Benchmark(Description = "API key: read the header, check the secret")]
    public bool CheckApiKey() => _key.Accepts(BearerHeader.Read(_authorization)!, Accepted);

    [Benchmark(Description = "read the request's JSON")]
    public object ReadRequest() => JsonSerializer.Deserialize<KickRequest>(_requestBytes, _json)!;

    [Benchmark(Description = "validate the request")]
    public object Validate() => _validator.Validate(_request);

    [Benchmark(Description = "fingerprint for the Idempotency-Key")]
    public object Fingerprint() => KickAcceptance.Fingerprint(_request);

    [Benchmark(Description = "write a kick id")]
    public string WriteId() => _id.ToString();

    [Benchmark(Description = "read a kick id")]
    public bool ReadId() => KickId.TryParse(_writtenId, out _);

    [Benchmark(Description = "message: topic, payload, properties")]
    public object CreateMessage() => KickMessage.Create(_attempt, Tas);

    [Benchmark(Description = "answer: from the row to JSON")]
    public object WriteAnswer() => JsonSerializer.SerializeToUtf8Bytes(_row.ToResponse(), _json);
}
