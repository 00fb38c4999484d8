using System.CommandLine;
using System.Globalization;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.LocalCloud;

namespace CloudKick.Cli.Terminals;

/// <summary><c>cloudkick terminal provision</c>: gives a terminal an identity in LocalCloud, for any MQTT client to use.</summary>
internal static class ProvisionCommand
{
    public static Command Create(CommandContext context)
    {
        var terminal = new Argument<string>("TERMINAL_ID") { Description = "The terminal's TMS id, e.g. NL000900" };
        var output = new Option<string?>("--out") { Description = "Where to write certificate.pem, private.key and ca.pem; what is there is replaced [default: ./TERMINAL_ID]", HelpName = "DIR" };
        var managementSystem = TerminalCommands.ManagementSystem();
        var noRegister = new Option<bool>("--no-register") { Description = "Do not register an unknown terminal for the demo merchant" };
        var data = CommonOptions.Data();
        var command = new Command(
            "provision",
            "Write a certificate with which any MQTT client can play the terminal in `cloudkick local`. A terminal that is not known yet is registered "
            + "for the demo merchant and put on its whitelist")
        {
            terminal, output, managementSystem, noRegister, data,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var id = TerminalIds.MustBeWellFormed(parsed.GetRequiredValue(terminal));
            var authority = LocalAuthority.Find(parsed.GetValue(data), context, screen);
            var known = authority.Local is { } local
                ? await KnownAsync(local, id, parsed.GetRequiredValue(managementSystem), !parsed.GetValue(noRegister), screen, cancellationToken)
                : null;
            var directory = Path.GetFullPath(parsed.GetValue(output) ?? id);
            var clientId = known?.ThingName ?? id;
            authority.Issue(clientId).WriteTo(directory);
            var provisioned = new Provisioned(
                id,
                clientId,
                known?.Topic ?? $"{DefaultTopic(parsed.GetRequiredValue(managementSystem))}/{id}",
                authority.Local?.Iot.Host ?? "localhost",
                authority.Local?.Iot.Port,
                DemoTerminals.MqttAlpn,
                Path.Combine(directory, DeviceCertificate.CertificateFile),
                Path.Combine(directory, DeviceCertificate.PrivateKeyFile),
                Path.Combine(directory, DeviceCertificate.CaFile));
            Show(screen, provisioned);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<TerminalView?> KnownAsync(
        LocalState local, string id, string managementSystem, bool register, Screen screen, CancellationToken cancellationToken)
    {
        using var terminals = new LocalTerminals(local);
        var known = await terminals.FindAsync(id, cancellationToken);
        if (known is null && register)
        {
            known = await terminals.RegisterAsync(id, managementSystem, cancellationToken);
            screen.Note($"{id} was not known: it is registered for {local.MerchantName} now, and on its whitelist.");
        }
        else if (known is null)
        {
            screen.Note($"{id} is not registered: kicks for it are refused until it is (cloudkick terminal add {id} --whitelist).");
        }
        else if (known.MerchantId != local.MerchantId)
        {
            screen.Note($"{id} is not {local.MerchantName}'s: its key cannot kick it.");
        }

        if (local.Terminals.Contains(id))
            screen.Note($"{id} is one of the simulated terminals: the simulated one steps aside when another client connects with its id.");
        return known;
    }

    private static void Show(Screen screen, Provisioned provisioned)
    {
        if (screen.IsJson)
        {
            screen.Line(provisioned);
            return;
        }

        screen.Unwrapped(
            $"""
            Terminal     {provisioned.TerminalId}
            Client id    {provisioned.ClientId}
            Topic        {provisioned.Topic}
            Certificate  {provisioned.CertificateFile}
            Private key  {provisioned.PrivateKeyFile}
            Trust        {provisioned.CaFile}

            To play the terminal:

            {provisioned.Mosquitto()}
            """);
    }

    // What the management systems' rows say from the first migration on; only asked when no relay can tell.
    private static string DefaultTopic(string managementSystem) =>
        managementSystem.StartsWith("GrundmasterBE", StringComparison.Ordinal) ? "BE-CAT" : "NL-CAT";

    /// <summary>The result; the names are stable.</summary>
    private sealed record Provisioned(
        string TerminalId, string ClientId, string Topic, string Host, int? Port, string Alpn, string CertificateFile, string PrivateKeyFile, string CaFile)
    {
        public string Mosquitto()
        {
            var port = Port?.ToString(CultureInfo.InvariantCulture) ?? "PORT";
            string[] words =
            [
                "mosquitto_sub", "-h", Host, "-p", port, "--cafile", CaFile, "--cert", CertificateFile, "--key", PrivateKeyFile,
                "--tls-alpn", Alpn, "-i", ClientId, "-t", Topic, "-q", "1", "-v",
            ];
            return string.Join(' ', words.Select(ShellWord.Quote));
        }
    }
}
