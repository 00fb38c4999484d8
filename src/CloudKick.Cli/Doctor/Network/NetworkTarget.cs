using System.Security.Cryptography.X509Certificates;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>What the network's checks are about.</summary>
internal sealed record NetworkTarget
{
    /// <summary>A port that speaks MQTT alone, without being asked for it by ALPN.</summary>
    public const int MqttPort = 8883;

    /// <summary>The cloud's data endpoint.</summary>
    public required string Host { get; init; }

    /// <summary>443 at AWS.</summary>
    public required int Port { get; init; }

    /// <summary>The TLS application protocol by which the port knows MQTT; empty: none is asked for.</summary>
    public required string Alpn { get; init; }

    /// <summary>The only authorities to trust; null: the system's.</summary>
    public X509Certificate2Collection? Roots { get; init; }

    /// <summary>Who to be there, with the private key; null: nobody.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>What stands between the certificate and its root.</summary>
    public X509Certificate2Collection Intermediates { get; init; } = [];

    /// <summary>The MQTT client id to be it with.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>Where terminals open their sessions; null: not known.</summary>
    public TasTarget? Tas { get; init; }

    /// <summary>For people.</summary>
    public string Endpoint => $"{Host}:{Port}";
}

/// <summary>Where terminals open their sessions.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">5555 unless TLS is spoken.</param>
/// <param name="Tls">Whether TLS is spoken there.</param>
/// <param name="Roots">The only authorities to trust; null: the system's.</param>
internal sealed record TasTarget(string Host, int Port, bool Tls, X509Certificate2Collection? Roots);
