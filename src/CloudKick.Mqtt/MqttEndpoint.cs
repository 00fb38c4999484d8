namespace CloudKick.Mqtt;

/// <summary>Where the server is and how it is spoken to.</summary>
/// <param name="Host">Host name or IP address.</param>
/// <param name="Port">1–65535. Usual: 1883 plain, 8883 TLS, 443 TLS with ALPN.</param>
public sealed record MqttEndpoint(string Host, int Port)
{
    /// <summary>Absent: plain TCP.</summary>
    public MqttTlsOptions? Tls { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{(Tls is null ? "mqtt" : "mqtts")}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";
}
