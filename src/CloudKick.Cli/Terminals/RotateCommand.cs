using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Relaying;
using Spectre.Console;

namespace CloudKick.Cli.Terminals;

/// <summary>
/// <c>cloudkick terminal rotate</c>: a second certificate beside the one in use; and, once the terminal has connected with it,
/// <c>--retire</c>, which revokes the others.
/// </summary>
internal static class RotateCommand
{
    public static Command Create(CommandContext context)
    {
        var terminal = new Argument<string>("TERMINAL_ID") { Description = "The terminal's TMS id" };
        var output = ProvisionCommand.Output("./TERMINAL_ID-next");
        var csr = ProvisionCommand.SigningRequestFile();
        var retire = new Option<bool>("--retire") { Description = "Second step: revoke all but the newest, when the terminal's last connection was made with that one" };
        var force = new Option<bool>("--force") { Description = "With --retire: even if the terminal has not connected with the newest one. It may then be cut off for good" };
        var command = new Command("rotate", "Change a terminal's certificate: make a new one beside the one in use, then --retire the old")
        {
            terminal, output, csr, retire, force,
        };
        var relay = RelayOptions.AddOperatorTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var id = TerminalIds.MustBeWellFormed(parsed.GetRequiredValue(terminal));
            using var terminals = new OperatorTerminals(RelayTarget.ResolveOperator(relay, parsed, context, screen));
            if (parsed.GetValue(retire))
            {
                await RetireAsync(terminals, id, parsed.GetValue(force), screen, cancellationToken);
                return ExitCode.Done;
            }

            var known = await terminals.FindAsync(id, cancellationToken)
                ?? throw new CliException(ExitCode.Refused, $"{id} is not registered.", code: "terminal-not-found");
            var directory = Path.GetFullPath(parsed.GetValue(output) ?? $"{id}-next");
            var files = await ProvisionCommand.ProvisionAsync(terminals, known, parsed.GetValue(csr), directory, screen, cancellationToken);
            if (files.LastUsed)
            {
                throw new CliException(
                    ExitCode.Refused, $"That key's certificate, {files.CertificateId}, is the one that {id} connects with already.",
                    "A rotation needs another key pair: choose another place with --out.", "certificate-in-use");
            }

            files.Show(screen);
            screen.Note($"The terminal's other certificate still works. When it has connected with this one: {OwnCommand.Text} terminal rotate {id} --retire");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task RetireAsync(OperatorTerminals terminals, string id, bool force, Screen screen, CancellationToken cancellationToken)
    {
        var list = await terminals.CertificatesAsync(id, cancellationToken);
        var newest = list.Certificates.LastOrDefault(certificate => certificate.IsActive())
            ?? throw new CliException(ExitCode.Refused, $"{id} has no active certificate.", $"Make one: {OwnCommand.Text} terminal provision {id}.");
        if (!newest.LastUsed && !force)
        {
            throw new CliException(
                ExitCode.Refused,
                $"{id} has not connected with its newest certificate, {newest.CertificateId}: its last connection was made with {list.LastConnection?.CertificateId ?? "one that is not known"}.",
                "Put the new certificate into the terminal and let it connect. --force retires the others all the same.",
                "certificate-not-in-use");
        }

        var retired = 0;
        foreach (var old in list.Certificates.Where(certificate => certificate != newest && !certificate.IsRevoked()))
        {
            var revoked = await terminals.ChangeAsync(id, old.CertificateId, "revoke", cancellationToken);
            retired++;
            screen.Result(revoked, people => people.WriteLine($"{old.CertificateId} is revoked."));
        }

        if (retired == 0)
            screen.Note($"{id} has no other certificate to retire.");
    }
}
