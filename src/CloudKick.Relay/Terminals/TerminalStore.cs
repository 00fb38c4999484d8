using System.Text.Json.Nodes;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Terminals;

/// <summary>The registry's SQL.</summary>
internal static class TerminalStore
{
    private const string FindForChangeSql =
        """
        select t.terminal_id as TerminalId, t.merchant_id as MerchantId, t.management_system_id as ManagementSystemId, t.thing_name as ThingName,
               t.firmware_version as FirmwareVersion, t.connect_mode as ConnectMode, t.label as Label,
               t.subscription_topic as SubscriptionTopic, t.topic_template as TopicTemplate
        from terminals t
        where t.terminal_id = @terminalId
        for update
        """;

    private const string FindManagementSystemSql =
        """
        select m.management_system_id as ManagementSystemId, m.subscription_topic as SubscriptionTopic, m.topic_template as TopicTemplate
        from management_systems m
        where m.management_system_id = @managementSystemId
        """;

    private const string InsertSql =
        """
        insert into terminals (terminal_id, merchant_id, management_system_id, thing_name, firmware_version, connect_mode, label,
                               subscription_topic, topic_template)
        values (@TerminalId, @MerchantId, @ManagementSystemId, @ThingName, @FirmwareVersion, @ConnectMode, @Label,
                @SubscriptionTopic, @TopicTemplate)
        """;

    private const string InsertAllSql =
        """
        insert into terminals (terminal_id, management_system_id, thing_name, firmware_version, connect_mode, label, subscription_topic)
        select t.terminal_id, t.management_system_id, t.thing_name, t.firmware_version, t.connect_mode, t.label, t.subscription_topic
        from unnest(@ids::text[], @systems::text[], @things::text[], @firmware::text[], @modes::text[], @labels::text[], @topics::text[])
             as t (terminal_id, management_system_id, thing_name, firmware_version, connect_mode, label, subscription_topic)
        """;

    private const string ManagementSystemsSql =
        """
        select m.management_system_id as ManagementSystemId, m.subscription_topic as SubscriptionTopic, m.topic_template as TopicTemplate
        from management_systems m
        """;

    private const string FindNamesSql =
        """
        select t.terminal_id as TerminalId, t.thing_name as ThingName
        from terminals t
        where t.terminal_id = any(@names) or t.thing_name = any(@names)
        """;

    private const string AssignSql = "update terminals t set merchant_id = @MerchantId, updated_at = now() where t.terminal_id = @TerminalId";

    private const string IsDisabledSql = "select m.disabled_at is not null from merchants m where m.merchant_id = @merchant";

    private const string UpdateSql =
        """
        update terminals t
        set firmware_version = @FirmwareVersion, connect_mode = @ConnectMode, label = @Label, subscription_topic = @SubscriptionTopic,
            topic_template = @TopicTemplate, updated_at = now()
        where t.terminal_id = @TerminalId
        """;

    public static Task<TerminalRecord?> FindForChangeAsync(TenantTransaction transaction, string terminalId, CancellationToken cancellationToken) =>
        transaction.QuerySingleOrDefaultAsync<TerminalRecord>(FindForChangeSql, new { terminalId }, cancellationToken);

    public static Task<ManagementSystemRow?> FindManagementSystemAsync(
        TenantTransaction transaction, string managementSystemId, CancellationToken cancellationToken) =>
        transaction.QuerySingleOrDefaultAsync<ManagementSystemRow>(FindManagementSystemSql, new { managementSystemId }, cancellationToken);

    public static Task InsertAsync(TenantTransaction transaction, TerminalRecord terminal, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(InsertSql, terminal, cancellationToken);

    /// <summary>New terminals that are nobody's, with their management systems' topic templates.</summary>
    public static Task InsertAllAsync(TenantTransaction transaction, IReadOnlyList<TerminalRecord> terminals, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            InsertAllSql,
            new
            {
                ids = terminals.Select(terminal => terminal.TerminalId).ToArray(),
                systems = terminals.Select(terminal => terminal.ManagementSystemId).ToArray(),
                things = terminals.Select(terminal => terminal.ThingName).ToArray(),
                firmware = terminals.Select(terminal => terminal.FirmwareVersion).ToArray(),
                modes = terminals.Select(terminal => terminal.ConnectMode).ToArray(),
                labels = terminals.Select(terminal => terminal.Label).ToArray(),
                topics = terminals.Select(terminal => terminal.SubscriptionTopic).ToArray(),
            },
            cancellationToken);

    public static Task<IReadOnlyList<ManagementSystemRow>> ManagementSystemsAsync(TenantTransaction transaction, CancellationToken cancellationToken) =>
        transaction.QueryAsync<ManagementSystemRow>(ManagementSystemsSql, null, cancellationToken);

    /// <summary>The terminals that have one of these names, as their id or in the cloud.</summary>
    public static Task<IReadOnlyList<TerminalNames>> FindNamesAsync(TenantTransaction transaction, string[] names, CancellationToken cancellationToken) =>
        transaction.QueryAsync<TerminalNames>(FindNamesSql, new { names }, cancellationToken);

    public static Task AssignAsync(TenantTransaction transaction, TerminalRecord terminal, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(AssignSql, terminal, cancellationToken);

    /// <summary>Whether there is such a merchant and it is disabled.</summary>
    public static Task<bool> IsDisabledAsync(TenantTransaction transaction, Guid merchant, CancellationToken cancellationToken) =>
        transaction.QuerySingleOrDefaultAsync<bool>(IsDisabledSql, new { merchant }, cancellationToken);

    public static Task UpdateAsync(TenantTransaction transaction, TerminalRecord terminal, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(UpdateSql, terminal, cancellationToken);
}

/// <summary>A terminal's own columns.</summary>
internal sealed record TerminalRecord
{
    public required string TerminalId { get; init; }
    public required Guid? MerchantId { get; init; }
    public required string ManagementSystemId { get; init; }
    public required string ThingName { get; init; }
    public string? FirmwareVersion { get; init; }
    public string ConnectMode { get; init; } = Terminals.ConnectMode.CloudConnect2;
    public string Label { get; init; } = "";
    public string? SubscriptionTopic { get; init; }
    public string? TopicTemplate { get; init; }

    /// <summary>A terminal that is to be registered.</summary>
    public static TerminalRecord Of(NewTerminal terminal) => new TerminalRecord
    {
        TerminalId = terminal.TerminalId,
        MerchantId = terminal.Merchant?.Value,
        ManagementSystemId = terminal.ManagementSystemId,
        ThingName = terminal.ThingName ?? terminal.TerminalId,
    }.With(terminal.Settings);

    /// <summary>Whether its settings and its management system's make a topic that could be published to.</summary>
    public bool HasTopic(ManagementSystemRow managementSystem) => TerminalRules.Topic(
        TopicTemplate ?? managementSystem.TopicTemplate, SubscriptionTopic ?? managementSystem.SubscriptionTopic, TerminalId) is not null;

    /// <summary>For the audit log.</summary>
    public JsonObject Describe() => new()
    {
        ["merchantId"] = MerchantId,
        ["managementSystemId"] = ManagementSystemId,
        ["thingName"] = ThingName,
        ["firmwareVersion"] = FirmwareVersion,
        ["connectMode"] = ConnectMode,
        ["label"] = Label,
        ["subscriptionTopic"] = SubscriptionTopic,
        ["topicTemplate"] = TopicTemplate,
    };

    public TerminalSettings Settings() => new()
    {
        Label = Label,
        FirmwareVersion = FirmwareVersion,
        ConnectMode = ConnectMode,
        SubscriptionTopic = SubscriptionTopic,
        TopicTemplate = TopicTemplate,
    };

    public TerminalRecord With(TerminalSettings settings) => this with
    {
        Label = settings.Label,
        FirmwareVersion = settings.FirmwareVersion,
        ConnectMode = settings.ConnectMode,
        SubscriptionTopic = settings.SubscriptionTopic,
        TopicTemplate = settings.TopicTemplate,
    };
}

/// <summary>Where a management system's terminals listen.</summary>
internal sealed record ManagementSystemRow
{
    public required string ManagementSystemId { get; init; }
    public required string SubscriptionTopic { get; init; }
    public required string TopicTemplate { get; init; }
}

/// <summary>What a terminal is called, here and in the cloud.</summary>
internal sealed record TerminalNames
{
    public required string TerminalId { get; init; }
    public required string ThingName { get; init; }
}
