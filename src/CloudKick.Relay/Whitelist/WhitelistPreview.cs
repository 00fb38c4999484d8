using System.Security.Cryptography;
using System.Text;

namespace CloudKick.Relay.Whitelist;

/// <summary>What an import would do, or did, line by line.</summary>
/// <param name="Lines">Its lines, in their order, those with faults too.</param>
/// <param name="General">What is wrong with the file rather than with one of its lines.</param>
/// <param name="Faulty">How many lines have faults, those too whose faults are not named any more (<see cref="WhitelistImportFile.MaximumFaults"/>).</param>
/// <param name="Added">How many terminals would be added.</param>
/// <param name="Updated">How many entries would change.</param>
/// <param name="Unchanged">How many entries are as wanted.</param>
/// <param name="Fingerprint">Of all that: the same as long as the import would do the same.</param>
internal sealed record WhitelistPreview(
    IReadOnlyList<PreviewedLine> Lines, IReadOnlyList<ImportFault> General, int Faulty, int Added, int Updated, int Unchanged, string Fingerprint)
{
    public bool IsFaulty => Faulty > 0 || General.Count > 0;

    /// <summary>The lines for somebody who mends them: those with faults, then the others.</summary>
    public IEnumerable<PreviewedLine> FaultyFirst => Lines.OrderBy(line => !line.IsFaulty);

    public static WhitelistPreview Of(WhitelistImportFile file, IReadOnlyList<WhitelistSetting> settings, IReadOnlyList<WhitelistImportOutcome> outcomes)
    {
        var outcomeOf = settings.Zip(outcomes).ToDictionary(pair => pair.First.TerminalId, pair => pair.Second, StringComparer.Ordinal);
        var faultsOf = file.Faults.Where(fault => fault.Number is not null).ToLookup(fault => fault.Number!.Value);
        PreviewedLine[] lines = [.. file.Lines.Select(line => new PreviewedLine(line, line.Setting is null ? null : outcomeOf[line.Setting.TerminalId], [.. faultsOf[line.Number]]))];
        int Count(WhitelistEffect effect) => outcomes.Count(outcome => outcome.Effect == effect);
        var effects = string.Join('\n', settings.Zip(outcomes).Select(pair => $"{pair.First.TerminalId} {pair.Second.Before?.ToJson()} {pair.Second.After.ToJson()}"));
        return new WhitelistPreview(
            lines,
            [.. file.Faults.Where(fault => fault.Number is null)],
            lines.Count(line => line.IsFaulty),
            Count(WhitelistEffect.Created), Count(WhitelistEffect.Updated), Count(WhitelistEffect.Unchanged),
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(effects))));
    }
}

/// <summary>One line of a preview.</summary>
/// <param name="Line">As it stands in the file.</param>
/// <param name="Outcome">What it would do; null when something is wrong with it.</param>
/// <param name="Faults">What is wrong; empty for faulty lines beyond the first <see cref="WhitelistImportFile.MaximumFaults"/> faults of the file.</param>
internal sealed record PreviewedLine(ImportLine Line, WhitelistImportOutcome? Outcome, IReadOnlyList<ImportFault> Faults)
{
    public bool IsFaulty => Line.Setting is null;
}
