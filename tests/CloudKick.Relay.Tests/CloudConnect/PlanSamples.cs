using CloudKick.Relay.CloudConnect;
using CloudKick.Relay.Terminals;

namespace CloudKick.Relay.Tests.CloudConnect;

/// <summary>Terminals on their way from 1.0 to 2.0, each at one step.</summary>
internal static class PlanSamples
{
    public static readonly DateTime Now = new(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);

    public static readonly PlanSelection Everything = new(null, null, 200);

    /// <summary>All is done but for closing 1.0.</summary>
    public static PlanEvidence Tested => new()
    {
        TerminalId = "NL000101", Label = "counter 1", ConnectMode = ConnectMode.Both, ManagementSystemId = "GrundmasterNL", SubscriptionTopic = "NL-CAT",
        FirmwareVersion = "14.0.11.01", Whitelisted = true, HasConnected = true, OldRequestAt = Now.AddHours(-5), OldRequests = 9, KickAt = Now.AddHours(-1),
        SessionAt = Now.AddHours(-1).AddSeconds(1),
    };

    /// <summary>Set to 2.0 here and whitelisted, with the firmware for it, and no more.</summary>
    private static PlanEvidence Imported => Tested with
    {
        ConnectMode = ConnectMode.CloudConnect2, HasConnected = false, OldRequestAt = null, OldRequests = 0, KickAt = null, SessionAt = null,
    };

    /// <summary>Each place on the way, and the evidence for it.</summary>
    public static IEnumerable<TestCaseData> Places()
    {
        yield return Case(Tested with { Whitelisted = false }, PlanStep.Whitelist, "missing");
        yield return Case(Tested with { FirmwareVersion = "13.9.1" }, PlanStep.Firmware, "too-old");
        yield return Case(Tested with { FirmwareVersion = null, HasConnected = false, SessionAt = null }, PlanStep.Firmware, "not-known");
        yield return Case(Tested with { HasConnected = false, SessionAt = null }, PlanStep.Installation, "never-connected");
        yield return Case(Tested with { ConnectMode = ConnectMode.CloudConnect1 }, PlanStep.Open, "still-1");
        yield return Case(Tested with { OldRequestAt = Now }, PlanStep.Till, "old");
        yield return Case(Tested with { OldRequestAt = null, KickAt = null, SessionAt = null }, PlanStep.Till, "no-request");
        yield return Case(Tested with { ConnectMode = ConnectMode.CloudConnect2, OldRequestAt = Now }, PlanStep.Till, "refused");
        yield return Case(Tested with { SessionAt = null }, PlanStep.Test, "no-session");
        yield return Case(Tested, PlanStep.Close, "both");
        yield return Case(Imported with { Whitelisted = false }, PlanStep.Whitelist, "missing");
        yield return Case(Imported with { FirmwareVersion = "13.0.0.1", HasConnected = true }, PlanStep.Firmware, "too-old");
        yield return Case(Imported with { FirmwareVersion = null }, PlanStep.Firmware, "not-known");
        yield return Case(Imported, PlanStep.Installation, "never-connected");
        yield return Case(Imported with { FirmwareVersion = null, HasConnected = true }, PlanStep.Done, "");
        yield return Case(Imported with { FirmwareVersion = null, SessionAt = Now }, PlanStep.Done, "");
        yield return Case(Tested with { ConnectMode = ConnectMode.CloudConnect2 }, PlanStep.Done, "");
    }

    public static MigrationPlan Plan(params PlanEvidence[] evidence) => Plan(Everything, evidence);

    public static MigrationPlan Plan(PlanSelection wanted, params PlanEvidence[] evidence)
    {
        var counts = new PlanCounts(wanted);
        foreach (var terminal in evidence)
            counts.Add(terminal);
        return new MigrationPlan(counts, Now);
    }

    private static TestCaseData Case(PlanEvidence evidence, PlanStep step, string outcome) =>
        new TestCaseData(evidence, step, outcome).SetArgDisplayNames($"{step} {outcome}");
}
