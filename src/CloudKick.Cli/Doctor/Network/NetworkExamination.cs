using System.Net;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>From this machine to the cloud and to the TAS, step by step. What needs a step that failed is not tried.</summary>
internal sealed class NetworkExamination(NetworkTarget target, Examination examination, Func<string, string?> variable, TimeProvider timeProvider)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<IPAddress> addresses = [];
        var dns = await examination.RunAsync(
            DnsCheck.Name,
            async token =>
            {
                (var finding, addresses) = await DnsCheck.LookAsync(target.Host, token);
                return finding;
            },
            DnsCheck.WhenSilent, cancellationToken);

        var reach = new TcpCheck(TcpCheck.Name, target.Port, timeProvider);
        var tcp = await examination.RunAfterAsync(dns, TcpCheck.Name, token => reach.LookAsync(addresses, token), reach.WhenSilent, cancellationToken);

        var handshake = new TlsCheck(target, timeProvider);
        var tls = await examination.RunAfterAsync(tcp, TlsCheck.Name, handshake.LookAsync, handshake.WhenSilent, cancellationToken);
        ReportClock(handshake);

        var protocol = new AlpnCheck(target);
        var alpn = target.Alpn.Length > 0
            ? await examination.RunAfterAsync(tls, AlpnCheck.Name, protocol.LookAsync, protocol.WhenSilent, cancellationToken)
            : examination.NotTried(AlpnCheck.Name, $"none is to be asked for on port {target.Port}");

        var needed = target.Alpn.Length > 0 ? alpn : tls;
        if (target.Certificate is null)
            examination.NotTried(MqttCheck.Name, "no certificate was given (--cert and --key)");
        else
            await examination.RunAfterAsync(needed, MqttCheck.Name, new MqttCheck(target, timeProvider).LookAsync, MqttCheck.WhenSilent, cancellationToken);

        if (target.Tas is not { } where)
        {
            examination.NotTried(TasCheck.Name, "no TAS was given (--tas)");
        }
        else
        {
            var tas = new TasCheck(where, timeProvider);
            await examination.RunAsync(TasCheck.Name, tas.LookAsync, tas.WhenSilent, cancellationToken);
        }
        examination.Note(ProxyCheck.Judge(target.Host, variable));
    }

    private void ReportClock(TlsCheck handshake)
    {
        if (handshake.ClockWasAsked)
            examination.Note(ClockCheck.Judge(handshake.Clock));
        else
            examination.NotTried(ClockCheck.Name, target.Port == NetworkTarget.MqttPort ? $"port {target.Port} speaks no HTTPS, which tells the time" : "there is no TLS connection that could tell the time");
    }
}
