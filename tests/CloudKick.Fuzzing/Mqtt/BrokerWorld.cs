using CloudKick.Fuzzing.Engine;
using CloudKick.LocalCloud;
using CloudKick.Testing;

namespace CloudKick.Fuzzing.Mqtt;

/// <summary>A broker of its own for each input, with a clock that moves when told.</summary>
internal sealed class BrokerWorld
{
    private static readonly Device Device = new(new SignedPrincipal("AIDAFUZZING", Policy: null), "fuzzing", "127.0.0.1", "localhost");

    public BrokerWorld(CertificateAuthority authority)
    {
        var registry = new Registry(new RegistrySettings(new Arns("eu-central-1", "123456789012"), TimeSpan.Zero), authority, Clock);
        Broker = new Broker(
            new BrokerLimits(), new Authorizer(registry.Arns, Clock), new ProvisioningByClaim(registry, Clock), LocalCloudQuotas.None, Clock);
    }

    public ManualTimeProvider Clock { get; } = new();

    public Broker Broker { get; }

    /// <summary>What the broker caught and did not expect.</summary>
    public ErrorLog Errors { get; } = new();

    public ClientConnection Accept(MemoryConnection connection) => new(connection, Device, Broker, Clock, Errors);
}
