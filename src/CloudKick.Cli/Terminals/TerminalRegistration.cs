using CloudKick.Cli.CommandLine;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Whitelist;

namespace CloudKick.Cli.Terminals;

/// <summary>Makes terminals known to the database, on behalf of an operator.</summary>
internal sealed class TerminalRegistration(TenantDatabase database)
{
    private readonly TerminalRegistry _registry = new(database);
    private readonly MerchantWhitelist _whitelist = new(database);

    /// <summary>Registers a terminal. False when it is registered already; it is left as it is then.</summary>
    /// <exception cref="CliException">The terminal is not one that can be registered.</exception>
    public async Task<bool> RegisterAsync(NewTerminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            return await _registry.AddAsync(terminal, Actor.Cli, cancellationToken) switch
            {
                TerminalOutcome.Done => true,
                TerminalOutcome.TerminalExists => false,
                TerminalOutcome.ThingNameTaken => throw Refused($"Another terminal has the thing name {terminal.ThingName ?? terminal.TerminalId}.", "thing-name-taken"),
                TerminalOutcome.UnknownMerchant => throw Refused($"There is no merchant {terminal.Merchant}.", "merchant-not-found"),
                TerminalOutcome.UnknownManagementSystem => throw CliException.Usage(
                    $"There is no management system {terminal.ManagementSystemId}.", "It is GrundmasterNL or GrundmasterBE, or one of them with -ThirdPartyTest."),
                TerminalOutcome.ReservedTerminalId or TerminalOutcome.ReservedThingName => throw CliException.Usage(
                    $"{terminal.ThingName ?? terminal.TerminalId} is a name of the relay itself in the cloud.", "Give the terminal another one."),
                TerminalOutcome.InvalidTopic => throw CliException.Usage("The subscription topic and the template make no valid topic."),
                var other => throw new CliException(ExitCode.Failed, $"The terminal was not registered: {other}."),
            };
        }
        catch (ArgumentException unfit)
        {
            throw CliException.Usage(unfit);
        }
    }

    /// <summary>Puts terminals on a merchant's whitelist; those that are there stay as they are.</summary>
    public async Task WhitelistAsync(MerchantId merchant, IReadOnlyList<string> terminalIds, CancellationToken cancellationToken)
    {
        var missing = new List<WhitelistSetting>();
        foreach (var terminalId in terminalIds)
        {
            if (await _whitelist.FindAsync(merchant, terminalId, cancellationToken) is null)
                missing.Add(new WhitelistSetting(terminalId));
        }

        if (missing.Count > 0)
            await _whitelist.ImportAsync(merchant, missing, Actor.Cli, dryRun: false, cancellationToken);
    }

    private static CliException Refused(string message, string code) => new(ExitCode.Refused, message, code: code);
}
