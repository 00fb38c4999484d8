using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Publishing;

/// <summary>How the relay connects to AWS IoT Core (or its stand-in) over MQTT: section <c>CloudKick:Mqtt</c>.</summary>
public sealed class RelayMqttOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Mqtt";

    /// <summary>
    /// The data endpoint, e.g. <c>&lt;prefix&gt;-ats.iot.eu-central-1.amazonaws.com</c>. Required, except where kicks and presence go other
    /// ways; without it terminals' answers are not heard, and kicks lack the step <c>delivered</c>.
    /// </summary>
    public string Host { get; set; } = "";

    /// <summary>The TCP port: default 443.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 443;

    /// <summary>Speak TLS: default on. Off only for a broker on this machine.</summary>
    public bool Tls { get; set; } = true;

    /// <summary>The TLS application protocol to ask for; AWS wants <c>x-amzn-mqtt-ca</c> (default) on port 443. Empty: none.</summary>
    public string Alpn { get; set; } = "x-amzn-mqtt-ca";

    /// <summary>A PEM file with the authorities that may sign the server's certificate. Empty: those that the system trusts.</summary>
    public string? CaFile { get; set; }

    /// <summary>The relay's certificate, PEM, with intermediates if any.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The certificate's private key, PEM.</summary>
    public string? PrivateKeyFile { get; set; }

    /// <summary>How often these three files are looked at; a whole new pair is taken over without a restart: 1 s to 1 h, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CertificateCheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many connections publish kicks: 1 to 64, default 2.</summary>
    [Range(1, 64)]
    public int Connections { get; set; } = 2;

    /// <summary>
    /// How many more connections take the terminals' answers: 0 to 128; 0: those that publish do, and an answer uses up their limit as a
    /// kick does. Default null: half as many again as <see cref="Connections"/>, since the cloud deals answers out by chance and discards
    /// what is above its limit.
    /// </summary>
    [Range(0, 128)]
    public int? AnswerConnections { get; set; }

    /// <summary>What the client ids begin with: <c>&lt;prefix&gt;-&lt;node&gt;-&lt;n&gt;</c>. AWS policies name it. Default <c>relay</c>.</summary>
    [RegularExpression("^[A-Za-z0-9_-]{1,32}$")]
    public string ClientIdPrefix { get; set; } = "relay";

    /// <summary>
    /// Messages a second, in and out together, that one connection may carry: 0 (no limit) to 1,000,000, default 90. AWS discards what
    /// is above 100 without a word.
    /// </summary>
    [Range(0, 1_000_000)]
    public int MessagesPerSecond { get; set; } = 90;

    /// <summary>Bytes a second, in and out together, that one connection may carry: 0 (no limit) to 1 GiB, default 512 KiB, beyond which AWS delays.</summary>
    [Range(0, 1 << 30)]
    public int BytesPerSecond { get; set; } = 512 * 1024;

    /// <summary>
    /// Publishes without an acknowledgement that one connection may have: 1 to 65,535, default 100 (AWS's limit); no more than a tenth above
    /// <see cref="MessagesPerSecond"/>.
    /// </summary>
    [Range(1, 65535)]
    public int MaximumInFlight { get; set; } = 100;

    /// <summary>Publishes that may wait for their turn per connection: 0 to 100,000, default 1,000.</summary>
    [Range(0, 100_000)]
    public int MaximumQueued { get; set; } = 1_000;

    /// <summary>Keep-alive: 5 s to 20 min, default 30 s (AWS's minimum).</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:20:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A cloud of which nothing has come for this long is asked whether it is there: 1 s to 20 min, default 3 s. It has 4 s to answer, so that a
    /// connection that is only half there is given up within 7 s. AWS takes one such question in 30 s for nothing and may count others as
    /// messages: at most 28,800 a day and connection, a few cents.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:20:00")]
    public TimeSpan PingAfterSilence { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long connecting may take, handshakes included: 1 s to 1 min, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
