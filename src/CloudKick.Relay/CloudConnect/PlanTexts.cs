using System.Globalization;
using System.Resources;
using System.Text.Json;
using CloudKick.Relay.Database;
using CloudKick.Relay.Times;

namespace CloudKick.Relay.CloudConnect;

/// <summary>Puts a plan into words, in the manual's terms. Thread-safe.</summary>
internal static class PlanTexts
{
    private static readonly ResourceManager Texts = new(typeof(PlanTexts));

    /// <summary>The answer to whoever asked.</summary>
    /// <param name="merchant">Whose plan.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="terminals">Those of its open terminals that are put into words: thousands of texts take their time.</param>
    /// <param name="language">One that <see cref="Languages.Language.All"/> has.</param>
    /// <param name="zone">The time zone of the texts' moments, where the reader is told which; null: UTC, and each says so.</param>
    public static MigrationPlanAnswer Describe(
        MerchantId merchant, MigrationPlan plan, IEnumerable<PlanTerminal> terminals, CultureInfo language, TimeZoneInfo? zone = null) => new(
        merchant.Value, plan.Current, Summary(plan, language), language.Name, plan.Now, plan.Total, plan.OnCloudConnect1, plan.IsWhole,
        [.. plan.Steps.Select(step => Describe(step, plan, language))],
        [.. terminals.Select(terminal => Describe(terminal, language, MomentText.WrittenOut(terminal.Facts, zone, language)))]);

    private static string Summary(MigrationPlan plan, CultureInfo language) => plan.Total == 0
        ? Text("summary.none", language)
        : Text($"summary.{(plan.Current < PlanStep.Till ? "terminals" : Name(plan.Current))}", language, plan.Open.Count, plan.Total);

    private static PlanStepAnswer Describe(StepStand stand, MigrationPlan plan, CultureInfo language)
    {
        var name = Name(stand.Step);
        return new(
            stand.Step, Text($"{name}.title", language), stand.Status, stand.Past,
            stand.Status == PlanStatus.Done ? null : Text($"{name}.todo", language, string.Join(", ", plan.ManagementSystems), Terminals.FirmwareVersion.FirstWithCloudConnect2),
            stand.BlockedBy,
            stand.BlockedBy is { } blocking ? Text("blocked", language, Text($"{Name(blocking)}.title", language)) : null);
    }

    private static PlanTerminalAnswer Describe(PlanTerminal terminal, CultureInfo language, object[] facts)
    {
        var key = $"{Name(terminal.Step)}.{terminal.Outcome}";
        return new(
            terminal.Evidence.TerminalId, terminal.Evidence.Label, terminal.Evidence.ConnectMode, terminal.Step, terminal.Outcome, terminal.Status,
            Text($"{key}.evidence", language, facts),
            Text(terminal.Status == PlanStatus.Waiting ? "wait" : $"{key}.todo", language, facts));
    }

    private static string Name(PlanStep step) => JsonNamingPolicy.KebabCaseLower.ConvertName(step.ToString());

    private static string Text(string key, CultureInfo language, params object[] facts) =>
        string.Format(language, Texts.GetString(key, language) ?? throw new MissingManifestResourceException($"There is no text {key}."), facts);
}
