namespace CloudKick.Relay.Publishing;

/// <summary>Where terminals are told to connect to: a host name or address, a TCP port, and whether to speak TLS there.</summary>
internal readonly record struct TasAddress(string Host, int Port, bool Tls);

/// <summary>Says where the TAS can be reached from outside. Known only once it listens, when its port is chosen by the system.</summary>
internal interface ITasLocation
{
    /// <summary>The address to put into kicks.</summary>
    TasAddress Address { get; }
}
