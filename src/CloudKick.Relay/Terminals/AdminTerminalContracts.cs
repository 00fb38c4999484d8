using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using CloudKick.Relay.Preconditions;
using FluentValidation;

namespace CloudKick.Relay.Terminals;

/// <summary>A terminal to be registered.</summary>
internal sealed record TerminalPost
{
    /// <summary>Its TMS ID.</summary>
    [Required, RegularExpression(Terminals.TerminalId.Pattern)]
    public string? TerminalId { get; init; }

    /// <summary>Its terminal management system, like <c>GrundmasterNL</c>.</summary>
    [Required]
    public string? ManagementSystemId { get; init; }

    /// <summary>Whose it is; none: nobody's yet.</summary>
    public Guid? MerchantId { get; init; }

    /// <summary>Its thing's name in the cloud and its MQTT client id; none: the terminal id.</summary>
    public string? ThingName { get; init; }

    /// <summary>A name for people, up to 200 characters.</summary>
    public string? Label { get; init; }

    /// <summary>Its firmware, like <c>14.0.11.01</c>.</summary>
    public string? FirmwareVersion { get; init; }

    /// <summary>Which Cloud Connect it may be kicked by: <c>1.0</c>, <c>2.0</c> (default) or <c>both</c>.</summary>
    public string? ConnectMode { get; init; }

    /// <summary>Its subscription topic, when it differs from its management system's.</summary>
    public string? SubscriptionTopic { get; init; }

    /// <summary>Its topic's template, when it differs from its management system's.</summary>
    public string? TopicTemplate { get; init; }

    public TerminalSettings Settings() => new()
    {
        Label = Label ?? "",
        FirmwareVersion = FirmwareVersion,
        ConnectMode = ConnectMode ?? Terminals.ConnectMode.CloudConnect2,
        SubscriptionTopic = SubscriptionTopic,
        TopicTemplate = TopicTemplate,
    };
}

/// <summary>The rules of <see cref="TerminalPost"/>.</summary>
internal sealed class TerminalPostValidator : AbstractValidator<TerminalPost>
{
    public static readonly TerminalPostValidator Instance = new();

    private TerminalPostValidator()
    {
        RuleFor(post => post.TerminalId).Cascade(CascadeMode.Stop)
            .Must(TerminalId.IsWellFormed).WithMessage(TerminalId.Rule)
            .Must(id => !TerminalId.IsCardNumber(id)).WithMessage(TerminalId.NoCardNumber);
        RuleFor(post => post.ManagementSystemId).NotEmpty().WithMessage("is required");
        RuleFor(post => post.MerchantId).NotEqual(Guid.Empty).WithMessage("must be a merchant's id");
        RuleFor(post => post.ThingName).Must(name => name is null || TerminalRules.IsThingName(name))
            .WithMessage("must be 1 to 128 letters, digits, ':', '_' or '-'");
    }
}

/// <summary>
/// What shall change of a terminal (RFC 7396): a member that is left out stays as it is, <c>null</c> takes the value away.
/// </summary>
internal sealed class TerminalPatch
{
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);

    /// <summary>A name for people, up to 200 characters.</summary>
    public string? Label { get; set => field = Given(nameof(Label), value); }

    /// <summary>Its firmware, like <c>14.0.11.01</c>.</summary>
    public string? FirmwareVersion { get; set => field = Given(nameof(FirmwareVersion), value); }

    /// <summary>Which Cloud Connect it may be kicked by: <c>1.0</c>, <c>2.0</c> or <c>both</c>; <c>null</c>: <c>2.0</c>.</summary>
    public string? ConnectMode { get; set => field = Given(nameof(ConnectMode), value); }

    /// <summary>Its subscription topic; <c>null</c>: its management system's.</summary>
    public string? SubscriptionTopic { get; set => field = Given(nameof(SubscriptionTopic), value); }

    /// <summary>Its topic's template; <c>null</c>: its management system's.</summary>
    public string? TopicTemplate { get; set => field = Given(nameof(TopicTemplate), value); }

    public TerminalSettings ApplyTo(TerminalSettings settings) => settings with
    {
        Label = _given.Contains(nameof(Label)) ? Label ?? "" : settings.Label,
        FirmwareVersion = _given.Contains(nameof(FirmwareVersion)) ? FirmwareVersion : settings.FirmwareVersion,
        ConnectMode = _given.Contains(nameof(ConnectMode)) ? ConnectMode ?? Terminals.ConnectMode.CloudConnect2 : settings.ConnectMode,
        SubscriptionTopic = _given.Contains(nameof(SubscriptionTopic)) ? SubscriptionTopic : settings.SubscriptionTopic,
        TopicTemplate = _given.Contains(nameof(TopicTemplate)) ? TopicTemplate : settings.TopicTemplate,
    };

    private string? Given(string member, string? value)
    {
        _given.Add(member);
        return value;
    }
}

/// <summary>Whose a terminal shall be.</summary>
/// <param name="MerchantId">The merchant.</param>
internal sealed record TerminalAssignment([property: Required] Guid? MerchantId = null);

/// <summary>A terminal, as the platform's operators see it: what its merchant sees, and what is the platform's.</summary>
internal sealed record AdminTerminalAnswer : TerminalAnswer, IChangeable
{
    private static readonly PresenceAnswer NoPresence = new("", null, null, null, null, null);

    [SetsRequiredMembers]
    private AdminTerminalAnswer(TerminalRow row)
        : base(From(row))
    {
        MerchantId = row.MerchantId;
        ThingName = row.ThingName;
        SubscriptionTopic = row.SubscriptionTopic;
        TopicTemplate = row.TopicTemplate;
        CreatedAt = row.CreatedAt;
        UpdatedAt = row.UpdatedAt;
    }

    /// <summary>Whose it is; null: nobody's.</summary>
    public Guid? MerchantId { get; }

    /// <summary>Its thing's name in the cloud and its MQTT client id.</summary>
    public string ThingName { get; }

    /// <summary>Its own subscription topic; null: its management system's.</summary>
    public string? SubscriptionTopic { get; }

    /// <summary>Its own topic's template; null: its management system's.</summary>
    public string? TopicTemplate { get; }

    /// <summary>When it was registered.</summary>
    public DateTime CreatedAt { get; }

    /// <summary>When its registration last changed.</summary>
    public DateTime UpdatedAt { get; }

    object IChangeable.Settings => this with { Topic = null, Whitelisted = false, Coupled = false, Presence = NoPresence, LastSession = null };

    public static AdminTerminalAnswer FromRow(TerminalRow row) => new(row);
}
