using System.Net;
using System.Text.RegularExpressions;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Terminals;
using FluentValidation;

namespace CloudKick.Relay.Kicks;

/// <summary>Every fault of a request in one answer, each with its field.</summary>
internal sealed partial class KickRequestValidator : AbstractValidator<KickRequest>
{
    public const string AccessProtocol = "OPI_NL";
    public const string TryOffline = "try";
    public const string RefuseOffline = "refuse";
    private const int MaximumReference = 100;
    private const int MaximumManagementSystem = 64;
    private const string NoCardNumber = "This looks like a card number. Card data never belongs into a kick.";

    public KickRequestValidator()
    {
        RuleFor(request => request.TerminalId)
            .Cascade(CascadeMode.Stop)
            .NotEmpty().WithMessage("Required: the terminal's TMS ID.")
            .Must(TerminalId.IsWellFormed).WithMessage("A TMS ID is 1 to 16 letters (A-Z, a-z), digits, '_' and '-'.");
        RuleFor(request => request.ManagementSystemId)
            .Cascade(CascadeMode.Stop)
            .NotEmpty().WithMessage("Required: the name of the terminal management system, GrundmasterNL or GrundmasterBE.")
            .Must(id => ManagementSystem().IsMatch(id!)).WithMessage($"A management system's name is 1 to {MaximumManagementSystem} letters, digits, '_' and '-'.")
            .Must(id => !CardNumber.IsIn(id!)).WithMessage(NoCardNumber);
        RuleFor(request => request.AccessProtocol)
            .Equal(AccessProtocol).WithMessage($"Required: {AccessProtocol}, the only protocol so far.");
        RuleFor(request => request.Reference)
            .Cascade(CascadeMode.Stop)
            .MaximumLength(MaximumReference).WithMessage($"At most {MaximumReference} characters.")
            .Must(text => !text!.Any(char.IsControl)).WithMessage("No control characters.")
            .Must(text => !CardNumber.IsIn(text!)).WithMessage(NoCardNumber)
            .Must(text => !FreeText.IsSensitive(text!)).WithMessage("This looks like an API key or a private key. Secrets never belong into a kick.")
            .When(request => request.Reference is not null);
        RuleFor(request => request.TtlSeconds)
            .InclusiveBetween(KickOptions.MinimumTtlSeconds, KickOptions.MaximumTtlSeconds)
            .WithMessage($"{KickOptions.MinimumTtlSeconds} to {KickOptions.MaximumTtlSeconds} seconds.");
        RuleFor(request => request.OnOffline)
            .Must(choice => choice is TryOffline or RefuseOffline).WithMessage($"'{RefuseOffline}' or '{TryOffline}'.")
            .When(request => request.OnOffline is not null);
        RuleFor(request => request.Ip)
            .Must(ip => IPAddress.TryParse(ip, out _)).WithMessage("An IP address. Cloud Connect 2.0 needs none: leave it out.")
            .When(request => request.Ip is not null);
        RuleFor(request => request.Port)
            .InclusiveBetween(0, 65535).WithMessage("A TCP port, 0 to 65535. Cloud Connect 2.0 needs none: leave it out.");
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex ManagementSystem();
}
