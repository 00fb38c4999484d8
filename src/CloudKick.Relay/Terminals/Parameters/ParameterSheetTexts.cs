using System.Globalization;

namespace CloudKick.Relay.Terminals.Parameters;

/// <summary>What the page says around the parameters, whose names and values are the same in every language.</summary>
internal sealed partial record ParameterSheetTexts
{
    public required string Language { get; init; }
    public required string Title { get; init; }
    public required string Introduction { get; init; }
    public required string Terminal { get; init; }
    public required string ManagementSystem { get; init; }
    public required string ClientId { get; init; }
    public required string Topic { get; init; }
    public required string NoTopic { get; init; }
    public required string Firmware { get; init; }
    public required string FirmwareUnknown { get; init; }
    public required string FirmwareSufficient { get; init; }
    public required string FirmwareTooOld { get; init; }
    public required string Whitelist { get; init; }
    public required string Whitelisted { get; init; }
    public required string NotWhitelisted { get; init; }
    public required string Group { get; init; }
    public required string Parameter { get; init; }
    public required string Value { get; init; }
    public required string Empty { get; init; }
    public required IReadOnlyDictionary<string, string> Sections { get; init; }
    public required string StepsTitle { get; init; }
    public required IReadOnlyList<string> Steps { get; init; }

    /// <summary>One for each of <see cref="Languages.Language.All"/>.</summary>
    public static IReadOnlyList<ParameterSheetTexts> All { get; } = [English, Dutch, French, German];

    /// <summary>The texts in a language of the relay's.</summary>
    public static ParameterSheetTexts In(CultureInfo language) => All.Single(texts => texts.Language == language.Name);
}
