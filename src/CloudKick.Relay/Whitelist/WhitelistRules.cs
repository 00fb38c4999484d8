using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Times;
using FluentValidation;

namespace CloudKick.Relay.Whitelist;

/// <summary>The rules for what goes on a whitelist, the same for one entry and for the lines of an import.</summary>
internal sealed class WhitelistRules : AbstractValidator<WhitelistLine>
{
    public const int MaximumLabelLength = 200;

    public static readonly WhitelistRules Instance = new();

    private WhitelistRules()
    {
        RuleFor(line => line.TerminalId).Must(TerminalId.IsWellFormed).WithMessage(TerminalId.Rule).WithErrorCode(ImportFault.TerminalId);
        RuleFor(line => line.Label).Must(label => label is null or { Length: <= MaximumLabelLength })
            .WithMessage($"must have at most {MaximumLabelLength} characters").WithErrorCode(ImportFault.LongLabel);
        RuleFor(line => line.Label).Must(label => label is null || !label.Any(char.IsControl))
            .WithMessage("must not have control characters such as tabs and line ends").WithErrorCode(ImportFault.ControlCharacters);
        RuleFor(line => line.Label).Must(label => !FreeText.IsSensitive(label)).WithMessage(FreeText.Rule).WithErrorCode(ImportFault.Sensitive);
        RuleFor(line => line.EnabledUntil).Must(text => string.IsNullOrEmpty(text) || Rfc3339.TryParse(text, out _))
            .WithMessage(Rfc3339.Rule).WithErrorCode(ImportFault.Moment);
    }

    /// <summary>The setting that a line which keeps the rules asks for: what it does not name (null) stays as it is.</summary>
    public static WhitelistSetting ToSetting(WhitelistLine line) => new(
        line.TerminalId!,
        line.Label ?? "",
        Rfc3339.TryParse(line.EnabledUntil, out var moment) ? moment : null)
    {
        KeepsLabel = line.Label is null,
        KeepsEnabledUntil = line.EnabledUntil is null,
    };

    /// <exception cref="ArgumentException">The setting breaks a rule.</exception>
    public static void ThrowIfBroken(WhitelistSetting setting)
    {
        var faults = Instance.Validate(new WhitelistLine(setting.TerminalId, setting.Label, null)).Errors;
        if (faults.Count > 0)
            throw new ArgumentException(string.Join("; ", faults.Select(fault => $"{fault.PropertyName} {fault.ErrorMessage}")), nameof(setting));
    }
}
