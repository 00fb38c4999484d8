using System.Net;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Opi;

namespace CloudKick.Tas;

/// <summary>How terminals' sessions are taken.</summary>
public sealed record TasOptions
{
    /// <summary>The address listened on. <value>Default null: every address.</value></summary>
    public IPAddress? Address { get; init; }

    /// <summary>The TCP port, 0 for any free one. <value>Default 5555.</value></summary>
    public int Port { get; init; } = 5555;

    /// <summary>The certificate for TLS. <value>Default null: plain TCP.</value></summary>
    public X509Certificate2? ServerCertificate { get; init; }

    /// <summary>The <c>WorkstationID</c> of our requests, 1 to 16 characters. <value>Default <c>CLOUDKICK</c>.</value></summary>
    public string WorkstationId { get; init; } = "CLOUDKICK";

    /// <summary>From connection to the answer that says who the terminal is. <value>Default 5 s.</value></summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the gate may take to decide, and again to note an end. <value>Default 5 s.</value></summary>
    public TimeSpan GateTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After so long without a message the terminal is asked for its status. <value>Default 60 s.</value></summary>
    public TimeSpan IdleInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long it may take to answer that. <value>Default 10 s.</value></summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When TCP begins to probe a quiet connection; whole seconds. <value>Default 30 s.</value></summary>
    public TimeSpan TcpKeepAliveTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest document taken, in bytes: 1 KiB to 256 KiB. <value>Default 256 KiB.</value></summary>
    public int MaximumFrameLength { get; init; } = OpiLimits.DocumentLength;

    /// <summary>Sessions of this process at once. <value>Default 20,000.</value></summary>
    public int MaximumSessions { get; init; } = 20_000;

    /// <summary>Connections at once that are not admitted yet. <value>Default 4,096.</value></summary>
    public int MaximumPending { get; init; } = 4_096;

    /// <summary>Those of one address; a shop's or a mobile network's terminals share one. <value>Default 256.</value></summary>
    public int MaximumPendingPerAddress { get; init; } = 256;

    /// <summary>Every fault of these options as a sentence; none when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (Port is < 0 or > IPEndPoint.MaxPort)
            yield return $"{nameof(Port)} must be 0 to {IPEndPoint.MaxPort}.";
        if (WorkstationId.Length is < 1 or > 16)
            yield return $"{nameof(WorkstationId)} must have 1 to 16 characters.";
        if (ServerCertificate is { HasPrivateKey: false })
            yield return $"{nameof(ServerCertificate)} must have its private key.";
        if (MaximumFrameLength is < 1024 or > OpiLimits.DocumentLength)
            yield return $"{nameof(MaximumFrameLength)} must be 1024 to {OpiLimits.DocumentLength} bytes.";

        foreach (var (name, duration) in ((string, TimeSpan)[])[
            (nameof(HandshakeTimeout), HandshakeTimeout), (nameof(GateTimeout), GateTimeout), (nameof(IdleInterval), IdleInterval),
            (nameof(AnswerTimeout), AnswerTimeout)])
        {
            if (duration <= TimeSpan.Zero || duration > TimeSpan.FromHours(1))
                yield return $"{name} must be more than 0 and at most an hour.";
        }

        if (TcpKeepAliveTime < TimeSpan.FromSeconds(1) || TcpKeepAliveTime > TimeSpan.FromHours(1))
            yield return $"{nameof(TcpKeepAliveTime)} must be a second to an hour.";

        foreach (var (name, count) in ((string, int)[])[
            (nameof(MaximumSessions), MaximumSessions), (nameof(MaximumPending), MaximumPending), (nameof(MaximumPendingPerAddress), MaximumPendingPerAddress)])
        {
            if (count < 1)
                yield return $"{name} must be at least 1.";
        }
    }
}
