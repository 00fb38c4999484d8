using System.Globalization;
using CloudKick.Relay.Publishing;
using Microsoft.Extensions.Options;
using static CloudKick.Relay.Terminals.Parameters.SheetSection;

namespace CloudKick.Relay.Terminals.Parameters;

/// <summary>
/// Makes terminals' parameter sheets from what is registered of them and from what this relay itself uses. Names, groups and values
/// are those of the management system ("Cloud Connect 2.0", chapter 3.2). Thread safe.
/// </summary>
internal sealed class ParameterSheets(IOptions<RelayMqttOptions> mqtt, IOptions<ProvisioningOptions> provisioning, ITasLocation tas)
{
    private const string MqtParameters = "MQT Parameters";
    private const string GeneralParameters = "General parameters";
    private const string Enabled = "Enabled";
    private const string Disabled = "Disabled";
    private const string AccessProtocol = "OPI_NL";

    // MqtSubscriptionTopic0 is ours; 1 to 3 are for other uses of the connection.
    private const int SubscriptionTopics = 4;

    private readonly RelayMqttOptions _mqtt = mqtt.Value;
    private readonly ProvisioningOptions _provisioning = provisioning.Value;

    /// <summary>Where terminals connect to.</summary>
    public string Host => _provisioning.TerminalHost ?? _mqtt.Host;

    /// <inheritdoc cref="Host"/>
    public int Port => _provisioning.TerminalPort ?? _mqtt.Port;

    /// <summary>The application protocol that they ask for; empty: none.</summary>
    public string Alpn => _mqtt.Alpn;

    public ParameterSheet For(TerminalRow terminal) => new()
    {
        TerminalId = terminal.TerminalId,
        ManagementSystemId = terminal.ManagementSystemId,
        Label = terminal.Label,
        ClientId = terminal.ThingName,
        Topic = TerminalRules.Topic(terminal.EffectiveTopicTemplate, terminal.EffectiveSubscriptionTopic, terminal.TerminalId),
        FirmwareVersion = terminal.FirmwareVersion,
        MinimumFirmwareVersion = FirmwareVersion.FirstWithCloudConnect2,
        FirmwareSufficient = terminal.FirmwareVersion is { } firmware ? FirmwareVersion.IsAtLeast(firmware, FirmwareVersion.FirstWithCloudConnect2) : null,
        Whitelisted = terminal.Whitelisted,
        Parameters = [.. Parameters(terminal, tas.Address)],
    };

    private IEnumerable<SheetParameter> Parameters(TerminalRow terminal, TasAddress tas)
    {
        yield return new(Tms, MqtParameters, "MQT", Enabled);
        yield return new(Tms, MqtParameters, "MqtServiceEnable", Enabled);
        yield return new(Tms, MqtParameters, "MqtServiceAddress", Host);
        yield return new(Tms, MqtParameters, "MqtServiceAlpn", Alpn);
        yield return new(Tms, MqtParameters, "MqtServicePort", Text(Port));
        yield return new(Tms, MqtParameters, "MqtServiceUseSsl", _mqtt.Tls ? Enabled : Disabled);
        for (var n = 0; n < SubscriptionTopics; n++)
            yield return new(Tms, MqtParameters, $"MqtSubscriptionTopic{Text(n)}", n == 0 ? terminal.EffectiveSubscriptionTopic : "");
        yield return new(Tms, GeneralParameters, "CCV Cloud Connection", Enabled);
        yield return new(Tms, GeneralParameters, "SSL/TLS Signature Algorithm", "SHA-256 Signature Algorithm");
        yield return new(Upgrade, null, "Minimum software version", FirmwareVersion.FirstWithCloudConnect2);
        yield return new(Terminal, "OPI", "POS", "TCP FLAT-OUTGOING");
        yield return new(Till, "VPOS", "betaalterminalId", terminal.TerminalId);
        yield return new(Till, "VPOS", "managementSystemId", terminal.ManagementSystemId);
        yield return new(Till, "VPOS", "accessProtocol", AccessProtocol);
        yield return new(Firewall, "MQTT", "Host", Host);
        yield return new(Firewall, "MQTT", "Port", Text(Port));
        yield return new(Firewall, "TAS", "Host", tas.Host);
        yield return new(Firewall, "TAS", "Port", Text(tas.Port));
        yield return new(Firewall, "TAS", "TLS", tas.Tls ? Enabled : Disabled);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
