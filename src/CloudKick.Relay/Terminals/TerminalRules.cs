using System.Text.RegularExpressions;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Publishing;
using FluentValidation;

namespace CloudKick.Relay.Terminals;

/// <summary>The rules for what operators may set of a terminal; the database checks the same.</summary>
internal sealed partial class TerminalRules : AbstractValidator<TerminalSettings>
{
    public const int MaximumLabelLength = 200;

    public static readonly TerminalRules Instance = new();

    private TerminalRules()
    {
        RuleFor(terminal => terminal.Label).Must(label => label is { Length: <= MaximumLabelLength })
            .WithMessage($"must have at most {MaximumLabelLength} characters").WithErrorCode("long-label");
        RuleFor(terminal => terminal.Label).Must(label => label is null || !label.Any(char.IsControl))
            .WithMessage("must not have control characters such as tabs and line ends").WithErrorCode("control-characters");
        RuleFor(terminal => terminal.Label).Must(label => !FreeText.IsSensitive(label)).WithMessage(FreeText.Rule).WithErrorCode("sensitive");
        RuleFor(terminal => terminal.FirmwareVersion).Must(version => version is null || Firmware().IsMatch(version))
            .WithMessage("must be two to six numbers of up to four digits with dots between, like 14.0.11.01").WithErrorCode("firmware-version");
        RuleFor(terminal => terminal.ConnectMode).Must(mode => ConnectMode.All.Contains(mode))
            .WithMessage($"must be one of {string.Join(", ", ConnectMode.All)}").WithErrorCode("connect-mode");
        RuleFor(terminal => terminal.SubscriptionTopic).Must(topic => topic is null || (Level().IsMatch(topic) && !CardNumber.IsIn(topic)))
            .WithMessage("must be 1 to 64 letters, digits, '_' or '-'").WithErrorCode("subscription-topic");
        RuleFor(terminal => terminal.TopicTemplate).Must(template => template is null || (Template().IsMatch(template) && !CardNumber.IsIn(template)))
            .WithMessage("must be names, {subscriptionTopic} or {terminalId} with '/' between").WithErrorCode("topic-template");
    }

    public static bool IsThingName(string? name) => name is not null && Thing().IsMatch(name) && !CardNumber.IsIn(name);

    /// <summary>Whether a name is, or could be, a client id of the relay: its prefix alone, or with a dash after it.</summary>
    public static bool IsRelays(string name, string relayName) =>
        name.StartsWith(relayName, StringComparison.Ordinal) && (name.Length == relayName.Length || name[relayName.Length] == '-');

    /// <summary>The terminal's topic; null when the parts make none that could be published to.</summary>
    public static string? Topic(string template, string subscriptionTopic, string terminalId)
    {
        try
        {
            return KickTopic.Build(template, subscriptionTopic, terminalId);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\A[0-9]{1,4}(\.[0-9]{1,4}){1,5}\z")]
    private static partial Regex Firmware();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex Level();

    [GeneratedRegex(@"\A[A-Za-z0-9:_-]{1,128}\z")]
    private static partial Regex Thing();

    [GeneratedRegex(@"\A(\{subscriptionTopic\}|\{terminalId\}|[A-Za-z0-9_-]+)(/(\{subscriptionTopic\}|\{terminalId\}|[A-Za-z0-9_-]+)){0,7}\z")]
    private static partial Regex Template();
}
