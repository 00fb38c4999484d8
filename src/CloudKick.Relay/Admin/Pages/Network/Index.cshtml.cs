using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals.Parameters;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>What a network must let through, from this relay's own settings: for an installer or a firewall's administrator, to print.</summary>
[RequireScope(Scopes.TerminalsRead)]
internal sealed class NetworkPage(ParameterSheets sheets, ITasLocation tas, IOptions<RelayMqttOptions> mqtt, IOptions<PageOptions> options) : MerchantPage
{
    private const int DnsPort = 53;

    public override string Title => "Network.Title";

    public IReadOnlyList<Rule> Rules { get; private set; } = [];

    public void OnGet()
    {
        var address = tas.Address;
        var relay = options.Value.PublicUrl is { } url ? new Uri(url) : new Uri($"{Request.Scheme}://{Request.Host}");
        var api = relay.Scheme == Uri.UriSchemeHttps ? "HTTPS (TLS 1.2+)" : "HTTP";
        Rules =
        [
            new("Terminal", sheets.Host, sheets.Port, "TCP", Mqtt(), "Network.WhyMqtt"),
            new("Terminal", address.Host, address.Port, "TCP", address.Tls ? "OPI, TLS 1.2+" : "OPI", "Network.WhyTas"),
            new("Terminal", T["Network.OwnDns"], DnsPort, "UDP, TCP", "DNS", "Network.WhyDns"),
            new("Till", relay.Host, relay.Port, "TCP", api, "Network.WhyApi"),
            new("Admin", relay.Host, relay.Port, "TCP", api, "Network.WhyPages"),
        ];
    }

    private string Mqtt()
    {
        var protocol = mqtt.Value.Tls ? "MQTT, TLS 1.2+" : "MQTT";
        return sheets.Alpn.Length > 0 ? $"{protocol}, ALPN {sheets.Alpn}" : protocol;
    }

    /// <summary>One line of a firewall's rules. All are outgoing.</summary>
    /// <param name="From">Whose traffic: <c>Terminal</c>, <c>Till</c> or <c>Admin</c>.</param>
    /// <param name="Host">Where to.</param>
    /// <param name="Port">The port there.</param>
    /// <param name="Transport">TCP or UDP.</param>
    /// <param name="Protocol">What is spoken.</param>
    /// <param name="Why">A text's key.</param>
    internal sealed record Rule(string From, string Host, int Port, string Transport, string Protocol, string Why);
}
