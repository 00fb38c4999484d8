namespace CloudKick.Relay.Terminals.Parameters;

/// <summary>What must be set for a terminal, where, so that kicks reach it: in its management system, in itself, at the till, in the firewall.</summary>
internal sealed record ParameterSheet
{
    /// <summary>Its TMS ID.</summary>
    public required string TerminalId { get; init; }

    /// <summary>Its terminal management system: where the parameters are entered.</summary>
    public required string ManagementSystemId { get; init; }

    /// <summary>A name for people; empty for none.</summary>
    public required string Label { get; init; }

    /// <summary>The client id that it connects with; its certificate is this thing's.</summary>
    public required string ClientId { get; init; }

    /// <summary>The MQTT topic that it is then subscribed to; null when its settings make no valid one, and no kick can reach it.</summary>
    public required string? Topic { get; init; }

    /// <summary>Its firmware as registered.</summary>
    public required string? FirmwareVersion { get; init; }

    /// <summary>The first firmware that has Cloud Connect 2.0.</summary>
    public required string MinimumFirmwareVersion { get; init; }

    /// <summary>Whether its firmware is recent enough; null when it is not known.</summary>
    public required bool? FirmwareSufficient { get; init; }

    /// <summary>Whether its merchant's whitelist lets kicks through to it now.</summary>
    public required bool Whitelisted { get; init; }

    /// <summary>Every parameter, in the order in which they are entered.</summary>
    public required IReadOnlyList<SheetParameter> Parameters { get; init; }
}

/// <summary>One parameter.</summary>
/// <param name="Section">Where it is set: <c>tms</c>, <c>upgrade</c>, <c>terminal</c>, <c>till</c> or <c>firewall</c>.</param>
/// <param name="Group">The group of parameters that it stands in there; null where there are none.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Value">What it must be; empty: left empty.</param>
internal sealed record SheetParameter(string Section, string? Group, string Name, string Value);

/// <summary>The values of <see cref="SheetParameter.Section"/>, in the order of work.</summary>
internal static class SheetSection
{
    /// <summary>The terminal's parameters in its management system.</summary>
    public const string Tms = "tms";

    /// <summary>The upgrade task there.</summary>
    public const string Upgrade = "upgrade";

    /// <summary>The terminal itself.</summary>
    public const string Terminal = "terminal";

    /// <summary>The web shop's till.</summary>
    public const string Till = "till";

    /// <summary>What the shop's firewall must let out.</summary>
    public const string Firewall = "firewall";

    public static readonly IReadOnlyList<string> All = [Tms, Upgrade, Terminal, Till, Firewall];
}
