using System.Globalization;
using System.Resources;
using CloudKick.Relay.Database;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Times;

namespace CloudKick.Relay.CloudConnect;

/// <summary>Puts a plan into words, in the manual's terms. Thread-safe.</summary>
internal static class PlanTexts
{
    private static readonly ResourceManager Texts = new(typeof(PlanTexts));

    /// <summary>The answer to whoever asked.</summary>
    /// <param name="merchant">Whose plan.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="language">One that <see cref="Languages.Language.All"/> has.</param>
    /// <param name="limit">How many of its terminals an answer has; one more than it has tells that there is a next page.</param>
    /// <param name="zone">The time zone of the texts' moments, where the reader is told which; null: UTC, and each says so.</param>
    public static MigrationPlanAnswer Describe(MerchantId merchant, MigrationPlan plan, CultureInfo language, int limit, TimeZoneInfo? zone = null)
    {
        var page = Page<PlanTerminalAnswer>.From(
            plan.Terminals, limit, terminal => Describe(terminal, language, MomentText.WrittenOut(terminal.Facts, zone, language)), terminal => terminal.Evidence.TerminalId);
        return new(
            merchant.Value, plan.Current, Summary(plan, language), language.Name, plan.Now, plan.Total, plan.OnCloudConnect1,
            [.. plan.Steps.Select(step => Describe(step, plan, language))], page.Items, page.NextCursor);
    }

    private static string Summary(MigrationPlan plan, CultureInfo language) => plan.Total == 0
        ? Text("summary.none", language)
        : Text($"summary.{(plan.Current < PlanStep.Till ? "terminals" : plan.Current.Name())}", language, plan.Open, plan.Total);

    private static PlanStepAnswer Describe(StepStand stand, MigrationPlan plan, CultureInfo language)
    {
        var name = stand.Step.Name();
        return new(
            stand.Step, Text($"{name}.title", language), stand.Status, stand.At, stand.Past,
            stand.Status == PlanStatus.Done ? null : Text($"{name}.todo", language, string.Join(", ", plan.ManagementSystems), Terminals.FirmwareVersion.FirstWithCloudConnect2),
            stand.BlockedBy,
            stand.BlockedBy is { } blocking ? Text("blocked", language, Text($"{blocking.Name()}.title", language)) : null);
    }

    private static PlanTerminalAnswer Describe(PlanTerminal terminal, CultureInfo language, object[] facts)
    {
        var key = $"{terminal.Step.Name()}.{terminal.Outcome}";
        return new(
            terminal.Evidence.TerminalId, terminal.Evidence.Label, terminal.Evidence.ConnectMode, terminal.Step, terminal.Outcome, terminal.Status,
            Text($"{key}.evidence", language, facts),
            Text(terminal.Status == PlanStatus.Waiting ? "wait" : $"{key}.todo", language, facts));
    }

    private static string Text(string key, CultureInfo language, params object[] facts) =>
        string.Format(language, Texts.GetString(key, language) ?? throw new MissingManifestResourceException($"There is no text {key}."), facts);
}
