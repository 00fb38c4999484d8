using System.Text.Json.Nodes;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Security;

/// <summary>Writes the audit log: who changed what, in the transaction that changes it.</summary>
internal static class Audit
{
    private const string AppendSql =
        "select append_audit(@merchant, @actor, @action, @subject, @before::jsonb, @after::jsonb, @origin)";

    private const string AppendAllSql =
        "select append_audits(@merchant, @actor, @origin, @actions, @subjects, @before::jsonb[], @after::jsonb[])";

    /// <summary>Many changes, as <see cref="AppendAsync"/> would write them one after the other.</summary>
    public static Task AppendAllAsync(
        TenantTransaction transaction, MerchantId? merchant, Actor actor, IReadOnlyList<AuditedChange> changes, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            AppendAllSql,
            new
            {
                merchant = merchant?.Value,
                actor = actor.Name,
                origin = actor.Origin,
                actions = changes.Select(change => change.Action).ToArray(),
                subjects = changes.Select(change => change.Subject).ToArray(),
                before = changes.Select(change => change.Before).ToArray(),
                after = changes.Select(change => change.After).ToArray(),
            },
            cancellationToken);

    /// <param name="transaction">The change's own.</param>
    /// <param name="merchant">Whose data; null for the platform's own.</param>
    /// <param name="actor">Who.</param>
    /// <param name="action">What: <c>merchant.add</c>.</param>
    /// <param name="subject">The id of what was changed.</param>
    /// <param name="before">What changed, as it was; null when it is new. No secrets.</param>
    /// <param name="after">As it is; null when it is gone. No secrets.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public static Task AppendAsync(
        TenantTransaction transaction, MerchantId? merchant, Actor actor, string action, string subject,
        JsonObject? before, JsonObject? after, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            AppendSql,
            new
            {
                merchant = merchant?.Value,
                actor = actor.Name,
                action,
                subject,
                before = before?.ToJsonString(),
                after = after?.ToJsonString(),
                origin = actor.Origin,
            },
            cancellationToken);
}

/// <summary>One of many changes.</summary>
/// <param name="Action">What: <c>terminal.add</c>.</param>
/// <param name="Subject">The id of what was changed.</param>
/// <param name="Before">What changed, as it was: JSON; null when it is new. No secrets.</param>
/// <param name="After">As it is: JSON; null when it is gone. No secrets.</param>
internal sealed record AuditedChange(string Action, string Subject, string? Before, string? After);
