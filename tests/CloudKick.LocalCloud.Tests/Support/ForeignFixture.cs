using System.Text.Json;

namespace CloudKick.LocalCloud.Tests;

/// <summary>Programs that others wrote, against a LocalCloud by the machine's own clock: they sign by it.</summary>
internal abstract class ForeignFixture
{
    protected const string Terminal = "NL000123";
    protected const string KickTopic = "NL-CAT/NL000123";
    protected const string AckTopic = "NL-CAT/NL000123/ack";

    protected string Files { get; private set; } = null!;

    protected LocalCloudServer Server { get; private set; } = null!;

    protected LocalCloudControl Control => Server.Control;

    protected string Address => $"https://localhost:{Server.Port}";

    /// <summary>What AWS's SDKs read of the environment: whom to trust, and the operator's credentials.</summary>
    protected Dictionary<string, string> Operator => new()
    {
        ["NODE_EXTRA_CA_CERTS"] = Server.CaFile,
        ["AWS_CA_BUNDLE"] = Server.CaFile,
        ["AWS_SHARED_CREDENTIALS_FILE"] = Server.CredentialsFile,
        ["AWS_CONFIG_FILE"] = Path.Combine(Files, "none"),
        ["AWS_PROFILE"] = "default",
        ["AWS_DEFAULT_REGION"] = "eu-central-1",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    /// <summary>The same credentials in variables, for programs that read no file.</summary>
    protected Dictionary<string, string> OperatorKeys
    {
        get
        {
            var identity = ApiClient.Operator(Server);
            var variables = Operator;
            variables.Remove("AWS_PROFILE");
            variables["AWS_ACCESS_KEY_ID"] = identity.AccessKeyId;
            variables["AWS_SECRET_ACCESS_KEY"] = identity.SecretAccessKey;
            return variables;
        }
    }

    [SetUp]
    public async Task StartAsync()
    {
        Files = Directory.CreateTempSubdirectory("localcloud-").FullName;
        Server = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = Path.Combine(Files, "data") });
    }

    [TearDown]
    public async Task StopAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(Files, recursive: true);
    }

    protected string WriteCertificate(string thingName)
    {
        string directory = Path.Combine(Files, thingName);
        Server.IssueDeviceCertificate(thingName).WriteTo(directory);
        return directory;
    }

    /// <summary>A relay that kicks the terminal once it listens, and waits for its answer.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    protected async Task<string> KickAndReadAnswerAsync(CancellationToken cancellationToken)
    {
        await using var relay = await RawClient.OpenAsync(Server, Server.IssueDeviceCertificate("relay"), cancellationToken);
        await relay.ConnectAsync(new CloudKick.Mqtt.Packets.ConnectPacket { Version = CloudKick.Mqtt.MqttProtocolVersion.V5, ClientIdentifier = "relay-a-1", KeepAlive = 60 }, cancellationToken);
        await relay.SubscribeAsync("$share/cloudkick/NL-CAT/+/ack", cancellationToken);
        await Control.WaitForSubscribedAsync(Terminal, KickTopic, cancellationToken);
        await relay.PublishAsync(
            new CloudKick.Mqtt.MqttMessage { Topic = KickTopic, Payload = "kick"u8.ToArray(), ContentType = "text/plain", MessageExpiryInterval = 30 }, cancellationToken);
        var answer = await relay.ReceiveMessageAsync(cancellationToken);
        return System.Text.Encoding.UTF8.GetString(answer.Payload.Span);
    }

    /// <summary>The steps that a script tells, by name.</summary>
    protected static Dictionary<string, JsonElement> Steps(string output) => output
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonDocument.Parse(line).RootElement)
        .ToDictionary(step => step.GetProperty("step").GetString()!);

    protected static string Describe(JsonElement refusal) =>
        $"{refusal.GetProperty("status").GetInt32()} {refusal.GetProperty("error").GetString()}";
}
