using CloudKick.Faults.Histories;

namespace CloudKick.Faults.Judging;

/// <summary>What belongs to one merchant stays there, and what people changed is in the audit log.</summary>
internal static class TenantChecks
{
    public const string Tenant = "I10 row, topic and key have one merchant";
    public const string Audited = "I8 what was changed is in the audit log, whose chain is whole";

    private const string Removed = "whitelist.remove";

    public static IEnumerable<Violation> Judge(Case @case) =>
        @case.Record.Kicks.SelectMany(row => JudgeKick(@case, row)).Concat(Sessions(@case)).Concat(Keys(@case)).Concat(Audit(@case));

    private static IEnumerable<Violation> JudgeKick(Case @case, KickRecord row)
    {
        if (row.MerchantId != @case.Owner(row.TerminalId))
            yield return new Violation(Tenant, row.KickId, $"is for {row.TerminalId} and belongs to {row.MerchantId}");
        foreach (var step in @case.Events[row.KickId].Where(step => step.MerchantId != row.MerchantId))
            yield return new Violation(Tenant, row.KickId, $"its event {step.Event} belongs to {step.MerchantId}");
    }

    private static IEnumerable<Violation> Sessions(Case @case) =>
        from session in @case.Record.Sessions
        let row = @case.Row(session.KickId)
        where row is not null && row.MerchantId != session.MerchantId
        select new Violation(Tenant, row.KickId, $"its session belongs to {session.MerchantId}");

    private static IEnumerable<Violation> Keys(Case @case) =>
        from stored in @case.Record.Keys
        let row = @case.Row(stored.KickId)
        where row is not null && row.MerchantId != stored.MerchantId
        select new Violation(Tenant, stored.Key, $"of {stored.MerchantId} stands for {row.KickId} of {row.MerchantId}");

    private static IEnumerable<Violation> Audit(Case @case) =>
        @case.Record.AuditFaults.Select(fault => new Violation(Audited, fault.MerchantId?.ToString() ?? "the platform", $"{fault.Kind} at row {fault.ChainIndex}"))
            .Concat(
                from left in @case.Happenings.OfType<Happening.LeftWhitelist>()
                let rows = @case.Record.Audited.Count(row => row.Action == Removed && row.Subject == left.TerminalId && row.MerchantId == @case.Owner(left.TerminalId))
                where rows != 1
                select new Violation(Audited, left.TerminalId, $"left the whitelist, which has {rows} rows"));
}
