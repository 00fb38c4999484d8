namespace CloudKick.Mqtt;

/// <summary>All that an <see cref="MqttClient"/> needs to know. Times are rounded up to what the protocol can carry.</summary>
public sealed record MqttClientOptions
{
    /// <summary>The server.</summary>
    public required MqttEndpoint Endpoint { get; init; }

    /// <summary>Who the client is. Empty: the server chooses, with a new session, and the choice is kept for reconnects (MQTT 5.0 §3.1.3.1).</summary>
    public required string ClientId { get; init; }

    /// <summary>Default 5.0. There is no falling back by itself.</summary>
    public MqttProtocolVersion Version { get; init; } = MqttProtocolVersion.V5;

    /// <summary>
    /// Forget an earlier session on the first connection. A reconnect forgets it only when no session can have survived:
    /// 5.0 with <see cref="SessionExpiryInterval"/> 0, or 3.1.1 with this true. Default true.
    /// </summary>
    public bool CleanStart { get; init; } = true;

    /// <summary>0 to 65,535 s, 0 switches it off. Default 30 s. The server's own value goes first (MQTT 5.0 §3.2.2.3.14).</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A server of which nothing has come for this long, more than 0 up to a day, is asked whether it is there (PINGREQ), however much goes to it
    /// and whatever the keep-alive says, which is the server's to judge by: MQTT 5.0 §3.1.2.10 lets a client ask at any time. A server that
    /// is gone is thus noticed after this and <see cref="PingTimeout"/>. Default null: after three quarters of the keep-alive.
    /// </summary>
    public TimeSpan? PingAfterSilence { get; init; }

    /// <summary>Seconds that the session outlives the connection; <see cref="uint.MaxValue"/>: never ends. Default 0. 5.0 only.</summary>
    public uint SessionExpiryInterval { get; init; }

    /// <summary>
    /// QoS 1 messages the server may have on their way to this client at once, 1 to 65,535; also how many received messages of any kind wait
    /// for <see cref="MessageReceived"/>. Default 256. Announced in 5.0; in 3.1.1 reading stops while that many wait.
    /// </summary>
    public ushort ReceiveMaximum { get; init; } = 256;

    /// <summary>Bytes of the largest packet that is taken, 16 to 268,435,460. Default 256 KiB. Announced in 5.0, enforced in both.</summary>
    public uint MaximumPacketSize { get; init; } = 256 * 1024;

    /// <summary>Topic aliases the server may use towards this client. Default 0. 5.0 only.</summary>
    public ushort TopicAliasMaximum { get; init; }

    /// <summary>Default absent.</summary>
    public string? UserName { get; init; }

    /// <summary>Default absent; in 3.1.1 only together with <see cref="UserName"/>.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>Published by the server when the connection ends other than by <see cref="MqttClient.DisconnectAsync(CancellationToken)"/>. Default none.</summary>
    public MqttWill? Will { get; init; }

    /// <summary>User properties of CONNECT. Default none. 5.0 only.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];

    /// <summary>Ask for <see cref="Packets.ConnAckPacket.ResponseInformation"/>. Default: not said. 5.0 only.</summary>
    public bool? RequestResponseInformation { get; init; }

    /// <summary>Whether the server may add Reason Strings and User Properties to failures. Default: not said, which means yes. 5.0 only.</summary>
    public bool? RequestProblemInformation { get; init; }

    /// <summary>Sent in CONNECT; an authentication that takes more than CONNECT and CONNACK is not supported. Default absent. 5.0 only.</summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>Only with <see cref="AuthenticationMethod"/>. Default absent. 5.0 only.</summary>
    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }

    /// <summary>
    /// QoS 1 messages on their way to the server at once, 1 to 65,535; the server's Receive Maximum can lower it. Default 100, which is what
    /// AWS IoT takes.
    /// </summary>
    public int MaximumInFlight { get; init; } = 100;

    /// <summary>Publishes that wait for their turn; the next is not sent (<see cref="MqttNotSentReason.QueueFull"/>). 0 or more. Default 10,000.</summary>
    public int MaximumQueued { get; init; } = 10_000;

    /// <summary>
    /// Gives the connection a thread of its own, which reads, lets publishers go on with their answers, and sends what they publish next: at full
    /// load almost half as many messages again as with the thread pool, each for half the CPU. For clients that publish a lot, and are few. A
    /// publisher that keeps the thread holds up the others for at most 20 ms; then another thread takes its place. Default false.
    /// </summary>
    public bool DedicatedThread { get; init; }

    /// <summary>
    /// Whether QoS 1 messages that were not acknowledged when the connection ended are sent again, with DUP, when the server still has the
    /// session (MQTT 5.0 §4.4). Their publish then stays open. Default false: the publish ends with
    /// <see cref="MqttOutcomeUnknownException"/> and repeating is the caller's decision.
    /// </summary>
    public bool ResendUnacknowledged { get; init; }

    /// <summary>DNS, TCP, TLS and CONNACK together. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the call of a publish to its PUBACK, waiting included. Default 10 s.</summary>
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A server that leaves a publish unanswered for this long is asked whether it is there (PINGREQ), and again as long as that lasts, instead of
    /// when the keep-alive is due. Default null: it is not.
    /// </summary>
    public TimeSpan? ProbeAfter { get; init; }

    /// <summary>From SUBSCRIBE or UNSUBSCRIBE to its answer. Default 10 s.</summary>
    public TimeSpan SubscribeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From PINGREQ until something arrives; then the server counts as dead. Default 10 s.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one send may take until the server counts as dead. Default 20 s.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a disconnect waits, once for places that are taken and open acknowledgements and once for DISCONNECT to leave. Default 2 s.</summary>
    public TimeSpan DisconnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Waiting between connections.</summary>
    public MqttReconnectOptions Reconnect { get; init; } = new();

    /// <summary>
    /// Takes received messages, one at a time and in order, over reconnects too. A QoS 1 message is acknowledged when this returns. The token
    /// is cancelled when the client ends. An exception ends the connection (and is told as its cause), so that the message stays
    /// unacknowledged. May publish, subscribe and wait for that, but must not wait for the client's own end. While as many messages wait as <see cref="ReceiveMaximum"/> says, QoS 0 messages are dropped and counted in
    /// <see cref="MqttClient.DroppedMessages"/>. Default none: messages are acknowledged and forgotten.
    /// </summary>
    public Func<MqttMessage, CancellationToken, ValueTask>? MessageReceived { get; init; }

    /// <summary>
    /// Told of every change, in order, on the client's own loop: return soon and wait for nothing of this client. An exception ends the client and comes out of
    /// <see cref="MqttClient.DisconnectAsync(CancellationToken)"/>. Default none.
    /// </summary>
    public Action<MqttConnectionChange>? ConnectionChanged { get; init; }

    /// <summary>All that is wrong with these options; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        Check(!string.IsNullOrWhiteSpace(Endpoint.Host), "Endpoint.Host is empty");
        Check(Endpoint.Port is > 0 and <= 65535, "Endpoint.Port is not 1 to 65535");
        Check(Version is MqttProtocolVersion.V311 or MqttProtocolVersion.V5, "Version is neither 3.1.1 nor 5.0");
        Check(ClientId.Length > 0 || CleanStart, "ClientId is empty and CleanStart is false: nobody's session cannot be resumed");
        Check(KeepAlive >= TimeSpan.Zero && KeepAlive.TotalSeconds <= ushort.MaxValue, "KeepAlive is not 0 to 65,535 s");
        Check(ReceiveMaximum > 0, "ReceiveMaximum is 0");
        Check(MaximumPacketSize is >= 16 and <= MqttFrame.LargestPacket, "MaximumPacketSize is not 16 to 268,435,460");
        Check(Password is null || UserName is not null || Version == MqttProtocolVersion.V5, "MQTT 3.1.1 has no Password without UserName");
        Check(AuthenticationData is null || AuthenticationMethod is not null, "AuthenticationData without AuthenticationMethod");
        Check(Will is null || Will.Message.QualityOfService <= MqttQualityOfService.ExactlyOnce, "Will has no valid QualityOfService");
        Check(Will is null || MqttTopic.ValidateName(Will.Message.Topic) is null, "Will has no valid topic");
        Check(MaximumInFlight is > 0 and <= ushort.MaxValue, "MaximumInFlight is not 1 to 65,535");
        Check(MaximumQueued >= 0, "MaximumQueued is negative");
        CheckTimeout(ConnectTimeout, nameof(ConnectTimeout));
        CheckTimeout(PublishTimeout, nameof(PublishTimeout));
        Check(ProbeAfter is null || ProbeAfter > TimeSpan.Zero, "ProbeAfter is not positive");
        CheckTimeout(PingAfterSilence ?? TimeSpan.FromDays(1), nameof(PingAfterSilence));
        CheckTimeout(SubscribeTimeout, nameof(SubscribeTimeout));
        CheckTimeout(PingTimeout, nameof(PingTimeout));
        CheckTimeout(SendTimeout, nameof(SendTimeout));
        CheckTimeout(DisconnectTimeout, nameof(DisconnectTimeout));
        Check(Reconnect.Minimum >= TimeSpan.FromSeconds(1), "Reconnect.Minimum is under 1 s");
        Check(Reconnect.Maximum >= Reconnect.Minimum && Reconnect.Maximum <= TimeSpan.FromDays(1), "Reconnect.Maximum is not between Minimum and a day");
        Check(Reconnect.RefusedMaximum >= Reconnect.Maximum && Reconnect.RefusedMaximum <= TimeSpan.FromDays(1), "Reconnect.RefusedMaximum is not between Maximum and a day");
        Check(Reconnect.Jitter is >= 0 and <= 1, "Reconnect.Jitter is not 0 to 1");
        return faults;

        void Check(bool holds, string fault)
        {
            if (!holds)
                faults.Add(fault);
        }

        void CheckTimeout(TimeSpan timeout, string name) => Check(timeout > TimeSpan.Zero && timeout <= TimeSpan.FromDays(1), $"{name} is not between 0 and a day");
    }
}
