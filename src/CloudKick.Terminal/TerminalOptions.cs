using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using CloudKick.Mqtt;

namespace CloudKick.Terminal;

/// <summary>One simulated terminal: who it is, where its cloud is, how it behaves.</summary>
public sealed partial record TerminalOptions
{
    /// <summary>Its identity in the management system, also its MQTT client id: <c>^[A-Za-z0-9_-]{1,16}$</c>.</summary>
    public required string TerminalId { get; init; }

    /// <summary>The cloud it stays connected to, with its certificate.</summary>
    public required MqttEndpoint Mqtt { get; init; }

    /// <summary>
    /// <c>MqtSubscriptionTopic0</c> to <c>3</c>, one to four; it subscribes to <c>{topic}/{terminalId}</c> of each.
    /// <value>Default <c>NL-CAT</c>.</value>
    /// </summary>
    public IReadOnlyList<string> SubscriptionTopics { get; init; } = ["NL-CAT"];

    /// <summary>How it behaves. <value>Default normal.</value></summary>
    public TerminalBehaviour Behaviour { get; init; }

    /// <summary>How long a slow terminal waits, and how long one that drops its session keeps it. <value>Default 5 s.</value></summary>
    public TimeSpan BehaviourDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The MQTT version it speaks; old firmware speaks 3.1.1 whatever this says. <value>Default 5.0.</value></summary>
    public MqttProtocolVersion MqttVersion { get; init; } = MqttProtocolVersion.V5;

    /// <summary>
    /// Whether it answers a kick: in MQTT 5 on the response topic, if the message names one; in 3.1.1, where none can be named, on
    /// <c>{topic}/ack</c>. Old firmware never does. <value>Default true.</value>
    /// </summary>
    public bool AcknowledgesKicks { get; init; } = true;

    /// <summary>The TAS host, instead of the kick's. <value>Default null: the kick's.</value></summary>
    public string? TasHost { get; init; }

    /// <summary>The TAS port, instead of the kick's. <value>Default null: the kick's.</value></summary>
    public int? TasPort { get; init; }

    /// <summary>Whom it trusts when a kick asks for TLS to the TAS. <value>Default null: the system's roots.</value></summary>
    public X509Certificate2Collection? TasTrustedRoots { get; init; }

    /// <summary>The version of its firmware, told in its status. <value>Default <c>14.0.11.01</c>, the first that can do this.</value></summary>
    public string FirmwareVersion { get; init; } = "14.0.11.01";

    /// <summary>Its model, told in its status. <value>Default <c>CloudKick Simulator</c>.</value></summary>
    public string Model { get; init; } = "CloudKick Simulator";

    /// <summary>MQTT keep-alive, whole seconds. <value>Default 60 s.</value></summary>
    public TimeSpan MqttKeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>One attempt to connect to the cloud. <value>Default 10 s.</value></summary>
    public TimeSpan MqttConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How it comes back to the cloud when it has lost it.</summary>
    public MqttReconnectOptions MqttReconnect { get; init; } = new();

    /// <summary>How long it waits for the cloud to take its answer; it acts on the kick either way. <value>Default 5 s.</value></summary>
    public TimeSpan AcknowledgeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>One attempt to reach the TAS, up to its first request. <value>Default 10 s.</value></summary>
    public TimeSpan TasConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one answer may take to leave. <value>Default 10 s.</value></summary>
    public TimeSpan TasAnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After so long without a request the TAS counts as gone. <value>Default 3 minutes.</value></summary>
    public TimeSpan TasIdleTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The wait after the first failed attempt to reach the TAS; doubled after each. <value>Default 1 s.</value></summary>
    public TimeSpan TasRetryMinimum { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such wait. <value>Default 30 s.</value></summary>
    public TimeSpan TasRetryMaximum { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much longer than that a wait may be at random, as a part of it: 0 to 1. <value>Default 0.2.</value></summary>
    public double TasRetryJitter { get; init; } = 0.2;

    /// <summary>
    /// Told of everything that happens, on the terminal's own tasks and from many terminals at once: thread-safe, quick, and never
    /// throwing. <value>Default null.</value>
    /// </summary>
    public Action<TerminalEvent>? Observer { get; init; }

    /// <summary>Every fault of these options as a sentence; none when they are sound. The MQTT client checks its own part.</summary>
    public IEnumerable<string> Validate()
    {
        if (!TerminalIdForm().IsMatch(TerminalId))
            yield return $"{nameof(TerminalId)} must be 1 to 16 letters, digits, '_' or '-'.";
        if (SubscriptionTopics.Count is < 1 or > 4)
            yield return $"{nameof(SubscriptionTopics)} must be one to four.";
        foreach (var topic in SubscriptionTopics)
        {
            if (MqttTopic.ValidateName(topic) is { } fault)
                yield return $"{nameof(SubscriptionTopics)}: '{topic}' is no topic: {fault}.";
        }

        if (TasPort is < 1 or > ushort.MaxValue)
            yield return $"{nameof(TasPort)} must be 1 to {ushort.MaxValue}.";
        if (TasRetryJitter is not (>= 0 and <= 1))
            yield return $"{nameof(TasRetryJitter)} must be 0 to 1.";
        if (TasRetryMaximum < TasRetryMinimum)
            yield return $"{nameof(TasRetryMaximum)} must not be less than {nameof(TasRetryMinimum)}.";

        foreach (var (name, duration) in ((string, TimeSpan)[])[
            (nameof(BehaviourDelay), BehaviourDelay), (nameof(AcknowledgeTimeout), AcknowledgeTimeout), (nameof(TasConnectTimeout), TasConnectTimeout),
            (nameof(TasAnswerTimeout), TasAnswerTimeout), (nameof(TasIdleTimeout), TasIdleTimeout), (nameof(TasRetryMinimum), TasRetryMinimum)])
        {
            if (duration <= TimeSpan.Zero || duration > TimeSpan.FromDays(1))
                yield return $"{name} must be more than 0 and at most a day.";
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,16}\z")]
    private static partial Regex TerminalIdForm();
}
