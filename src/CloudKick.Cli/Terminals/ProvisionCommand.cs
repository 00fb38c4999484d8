using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.Cli.Relaying;

namespace CloudKick.Cli.Terminals;

/// <summary><c>cloudkick terminal provision</c>: gives a terminal its identity in the cloud, AWS IoT Core or the local stand-in.</summary>
internal static class ProvisionCommand
{
    public static Command Create(CommandContext context)
    {
        var terminal = new Argument<string>("TERMINAL_ID") { Description = "The terminal's TMS id, e.g. NL000900" };
        var output = Output("./TERMINAL_ID");
        var csr = SigningRequestFile();
        var managementSystem = TerminalCommands.ManagementSystem();
        var noRegister = new Option<bool>("--no-register") { Description = "`local` only: do not register an unknown terminal for the demo merchant" };
        var command = new Command(
            "provision",
            "Make a certificate with which the terminal, or any MQTT client in its place, can connect to the cloud. The key pair is made on this machine, and stays here. "
            + "At `cloudkick local` a terminal that is not known yet is registered for the demo merchant and put on its whitelist")
        {
            terminal, output, csr, managementSystem, noRegister,
        };
        var relay = RelayOptions.AddOperatorTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var id = TerminalIds.MustBeWellFormed(parsed.GetRequiredValue(terminal));
            var target = RelayTarget.ResolveOperator(relay, parsed, context, screen);
            using var terminals = new OperatorTerminals(target);
            var known = target.Local is { } local
                ? await KnownAtLocalAsync(local, id, parsed.GetRequiredValue(managementSystem), !parsed.GetValue(noRegister), screen, cancellationToken)
                : await terminals.FindAsync(id, cancellationToken);
            if (known is null)
                throw new CliException(ExitCode.Refused, $"{id} is not registered.", $"Register it first: cloudkick terminal add {id}.", "terminal-not-found");

            var files = await ProvisionAsync(terminals, known, parsed.GetValue(csr), Path.GetFullPath(parsed.GetValue(output) ?? id), screen, cancellationToken);
            files.Show(screen);
            return ExitCode.Done;
        });
        return command;
    }

    public static Option<string?> Output(string theDefault) => new("--out")
    {
        Description = $"Where to write certificate.pem, private.key and ca.pem; a private.key that is there is used again [default: {theDefault}]", HelpName = "DIR",
    };

    public static Option<string?> SigningRequestFile() => new("--csr")
    {
        Description = "A signing request (PKCS #10, PEM) that the terminal made; then no key pair is made here", HelpName = "FILE",
    };

    /// <summary>Has a certificate made, for the request of a file or the key of a directory, and writes what the terminal needs there.</summary>
    public static async Task<TerminalFiles> ProvisionAsync(
        OperatorTerminals terminals, TerminalView terminal, string? signingRequestFile, string directory, Screen screen, CancellationToken cancellationToken)
    {
        string request;
        if (signingRequestFile is not null)
        {
            request = await ReadAsync(signingRequestFile, cancellationToken);
        }
        else
        {
            (request, var wasThere) = DeviceKey.RequestIn(directory, terminal.ThingName ?? terminal.TerminalId);
            if (wasThere)
                screen.Note($"The key pair in {directory} is used again.");
        }

        var provisioned = await terminals.ProvisionAsync(terminal.TerminalId, request, cancellationToken);
        return TerminalFiles.Write(directory, provisioned, keyIsHere: signingRequestFile is null);
    }

    private static async Task<TerminalView?> KnownAtLocalAsync(
        LocalState local, string id, string managementSystem, bool register, Screen screen, CancellationToken cancellationToken)
    {
        using var terminals = new LocalTerminals(local);
        var known = await terminals.FindAsync(id, cancellationToken);
        if (known is null && register)
        {
            known = await terminals.RegisterAsync(id, managementSystem, cancellationToken);
            screen.Note($"{id} was not known: it is registered for {local.MerchantName} now, and on its whitelist.");
        }
        else if (known is not null && known.MerchantId != local.MerchantId)
        {
            screen.Note($"{id} is not {local.MerchantName}'s: its key cannot kick it.");
        }

        if (local.Terminals.Contains(id))
            screen.Note($"{id} is one of the simulated terminals: the simulated one steps aside when another client connects with its id.");
        return known;
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"{file} cannot be read: {unreadable.Message}");
        }
    }
}
