using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Doctor.Network;

namespace CloudKick.Cli.Doctor;

/// <summary><c>doctor network</c>: what an installer runs on site.</summary>
internal static class NetworkCommand
{
    private const int DefaultTasPort = 5555;
    private const int DefaultTasTlsPort = 8445;

    public static Command Create(CommandContext context)
    {
        var clientId = new Option<string?>("--client-id")
        {
            Description = "The MQTT client id to be; a connection that has it is displaced [default: the common name of --cert, else one that the relay's policy allows]",
            HelpName = "ID",
        };
        var tas = new Option<string?>("--tas") { Description = "Where terminals open their sessions [default: CloudKick__Tas__PublicHost, else the running `local`'s]", HelpName = "HOST[:PORT]" };
        var tasTls = new Option<bool>("--tas-tls") { Description = "TLS is spoken there [default: CloudKick__Tas__PublicTls]" };
        var tasCa = new Option<string?>("--tas-ca") { Description = "Whom to trust there, PEM [default: the system's authorities]", HelpName = "FILE" };
        var command = new Command("network", "From this machine to the cloud: DNS, TCP, TLS, clock, ALPN, MQTT, the TAS, proxies") { clientId, tas, tasTls, tasCa };
        var options = TargetOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var settings = options.Settings(parsed, context, screen);
            var target = options.Target(parsed, settings, parsed.GetValue(clientId));
            using var held = target.Certificate;
            var where = parsed.GetValue(tas) is { } named ? TargetOptions.HostAndPort(named) : settings.Tas;
            var tls = parsed.GetValue(tasTls) || (parsed.GetValue(tas) is null && settings.TasTls);
            if (where is { } at)
                target = target with { Tas = new TasTarget(at.Host, at.Port ?? (tls ? DefaultTasTlsPort : DefaultTasPort), tls, TargetOptions.Roots(parsed.GetValue(tasCa))) };

            var report = new Report(screen);
            await new NetworkExamination(target, new Examination(report, options.Timeout(parsed)), context.Variable, context.TimeProvider).RunAsync(cancellationToken);
            report.End();
            return report.ExitCode;
        });
        return command;
    }
}
