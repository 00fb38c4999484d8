using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Relaying;
using Spectre.Console;

namespace CloudKick.Cli.Terminals;

/// <summary><c>cloudkick terminal certificates</c> and <c>revoke</c>.</summary>
internal static class CertificateCommands
{
    public static Command List(CommandContext context)
    {
        var terminal = new Argument<string>("TERMINAL_ID") { Description = "The terminal's TMS id" };
        var command = new Command("certificates", "Show a terminal's certificates in the cloud, and which one it last connected with") { terminal };
        var relay = RelayOptions.AddOperatorTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var id = TerminalIds.MustBeWellFormed(parsed.GetRequiredValue(terminal));
            using var terminals = new OperatorTerminals(RelayTarget.ResolveOperator(relay, parsed, context, screen));
            screen.List(
                (await terminals.CertificatesAsync(id, cancellationToken)).Certificates,
                none: $"{id} has no certificate: `cloudkick terminal provision {id}` makes one.",
                ["CERTIFICATE", "STATUS", "CREATED", "EXPIRES", "LAST USED"],
                certificate =>
                [
                    certificate.CertificateId, certificate.Status, Moments.Show(certificate.CreatedAt), Moments.Show(certificate.ExpiresAt), certificate.LastUsed ? "yes" : "no",
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    public static Command Revoke(CommandContext context)
    {
        var terminal = new Argument<string>("TERMINAL_ID") { Description = "The terminal's TMS id" };
        var certificate = new Argument<string?>("CERTIFICATE_ID")
        {
            Description = "Which certificate, or enough of its beginning; may be left out when there is only one", Arity = ArgumentArity.ZeroOrOne,
        };
        var all = new Option<bool>("--all") { Description = "All of them: the terminal can no longer connect" };
        var delete = new Option<bool>("--delete") { Description = "Delete them too, so that they are no longer listed" };
        var command = new Command("revoke", "Revoke a terminal's certificate, for good; a terminal that is connected with it is cut off") { terminal, certificate, all, delete };
        var relay = RelayOptions.AddOperatorTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var id = TerminalIds.MustBeWellFormed(parsed.GetRequiredValue(terminal));
            using var terminals = new OperatorTerminals(RelayTarget.ResolveOperator(relay, parsed, context, screen));
            var list = await terminals.CertificatesAsync(id, cancellationToken);
            foreach (var chosen in Choose(list, parsed.GetValue(certificate), parsed.GetValue(all), parsed.GetValue(delete)))
            {
                var revoked = await terminals.ChangeAsync(id, chosen.CertificateId, "revoke", cancellationToken);
                if (parsed.GetValue(delete))
                    await terminals.DeleteAsync(id, chosen.CertificateId, cancellationToken);
                screen.Result(
                    new { revoked.CertificateId, revoked.CertificateArn, revoked.Status, deleted = parsed.GetValue(delete) },
                    people => people.WriteLine($"{revoked.CertificateId} is revoked{(parsed.GetValue(delete) ? " and deleted" : "")}."));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static CertificateView[] Choose(CertificateListView list, string? beginning, bool all, bool revokedToo)
    {
        if (all && beginning is not null)
            throw CliException.Usage("--all and CERTIFICATE_ID exclude each other.");
        var candidates = list.Certificates
            .Where(one => revokedToo || beginning is not null || !one.IsRevoked())
            .Where(one => one.CertificateId.StartsWith(beginning ?? "", StringComparison.OrdinalIgnoreCase))
            .ToArray();
        return (candidates, all) switch
        {
            ([], _) => throw new CliException(
                ExitCode.Refused, $"{list.TerminalId} has no {(beginning is null ? "certificate to revoke" : $"certificate {beginning}")}.", code: "certificate-not-found"),
            ({ Length: > 1 }, false) => throw CliException.Usage(
                $"{list.TerminalId} has {candidates.Length} that could be meant: {string.Join(", ", candidates.Select(one => one.CertificateId))}.", "Name one, or --all."),
            _ => candidates,
        };
    }
}
