namespace CloudKick.Relay.Terminals;

/// <summary>What an operator may set of a terminal.</summary>
public sealed record TerminalSettings
{
    /// <summary>A name for people, up to 200 characters; empty for none.</summary>
    public string Label { get; init; } = "";

    /// <summary>The terminal's firmware, numbers with dots between, like <c>14.0.11.01</c>; null when it is not known.</summary>
    public string? FirmwareVersion { get; init; }

    /// <summary>One of <see cref="Terminals.ConnectMode"/>. <value>Default <c>2.0</c>.</value></summary>
    public string ConnectMode { get; init; } = Terminals.ConnectMode.CloudConnect2;

    /// <summary>
    /// The terminal's <c>MqtSubscriptionTopic0</c> when it differs from its management system's: 1 to 64 letters, digits, <c>_</c> or
    /// <c>-</c>. Null: the management system's.
    /// </summary>
    public string? SubscriptionTopic { get; init; }

    /// <summary>
    /// The topic it listens on, when it differs from its management system's: <c>{subscriptionTopic}</c>, <c>{terminalId}</c> and
    /// names, with <c>/</c> between. Null: the management system's.
    /// </summary>
    public string? TopicTemplate { get; init; }
}

/// <summary>A terminal to be registered.</summary>
/// <param name="TerminalId">Its TMS ID: 1 to 16 letters, digits, <c>_</c> or <c>-</c>.</param>
/// <param name="ManagementSystemId">Its terminal management system, like <c>GrundmasterNL</c>.</param>
public sealed record NewTerminal(string TerminalId, string ManagementSystemId)
{
    /// <summary>Whose it is; null: nobody's yet.</summary>
    public Database.MerchantId? Merchant { get; init; }

    /// <summary>
    /// The thing's name in the cloud and the client id the terminal connects with: up to 128 letters, digits, <c>:</c>, <c>_</c> or
    /// <c>-</c>. Null: the terminal id.
    /// </summary>
    public string? ThingName { get; init; }

    /// <summary>What may be changed later.</summary>
    public TerminalSettings Settings { get; init; } = new();
}

/// <summary>What became of a change to the registry.</summary>
public enum TerminalOutcome
{
    /// <summary>It is as wanted; it may have been so before.</summary>
    Done,

    /// <summary>There is no terminal with this id.</summary>
    UnknownTerminal,

    /// <summary>A terminal with this id is registered already.</summary>
    TerminalExists,

    /// <summary>Another terminal has this thing name.</summary>
    ThingNameTaken,

    /// <summary>There is no such merchant.</summary>
    UnknownMerchant,

    /// <summary>The merchant is disabled: nobody could kick the terminal.</summary>
    DisabledMerchant,

    /// <summary>It is another merchant's, who has to agree before it is somebody else's: propose a transfer.</summary>
    OthersTerminal,

    /// <summary>There is no such management system.</summary>
    UnknownManagementSystem,

    /// <summary>The caller's condition did not hold: nothing was changed.</summary>
    Refused,

    /// <summary>The terminal id is, or could be, one of the relay's own MQTT client ids.</summary>
    ReservedTerminalId,

    /// <summary>The same of the thing name.</summary>
    ReservedThingName,

    /// <summary>The subscription topic and the template make no valid topic: see <c>MaximumLevels</c> and <c>MaximumBytes</c> of AWS IoT Core.</summary>
    InvalidTopic,
}
