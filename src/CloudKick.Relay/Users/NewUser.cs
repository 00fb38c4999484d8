using CloudKick.Relay.Database;
using CloudKick.Relay.FreeTexts;
using FluentValidation;

namespace CloudKick.Relay.Users;

/// <summary>Somebody to invite.</summary>
/// <param name="Merchant">Their merchant; null for the platform's people.</param>
/// <param name="Email">What they will sign in with, at most 254 characters.</param>
/// <param name="Role">One of <see cref="Roles.OfMerchants"/> with a merchant, of <see cref="Roles.OfPlatform"/> without.</param>
/// <param name="Name">What people call them, at most 200 characters; may be empty.</param>
public sealed record NewUser(MerchantId? Merchant, string Email, string Role, string Name = "");

/// <summary>The rules of <see cref="NewUser"/>, for the command line and for the pages.</summary>
internal sealed class NewUserValidator : AbstractValidator<NewUser>
{
    public const int MaximumEmailLength = 254;
    public const int MaximumNameLength = 200;

    public static readonly NewUserValidator Instance = new();

    private NewUserValidator()
    {
        RuleFor(user => user.Email).Must(IsEmail).WithMessage("must be an email address");
        RuleFor(user => user.Name).NotNull().MaximumLength(MaximumNameLength).WithMessage($"may have at most {MaximumNameLength} characters")
            .Must(name => name is null || !name.Any(char.IsControl)).WithMessage("may not have control characters")
            .Must(name => !FreeText.IsSensitive(name)).WithMessage(FreeText.Rule);
        RuleFor(user => user.Role).Must((user, role) => RolesFor(user.Merchant).Contains(role))
            .WithMessage(user => $"must be one of {string.Join(", ", RolesFor(user.Merchant))}");
    }

    public static IReadOnlyList<string> RolesFor(MerchantId? merchant) => merchant is null ? Roles.OfPlatform : Roles.OfMerchants;

    // What mail servers take is theirs to say; this only finds what was mistyped.
    public static bool IsEmail(string? text) =>
        text is { Length: >= 3 and <= MaximumEmailLength } && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',' or ';')
        && !FreeText.IsSensitive(text) && text.Split('@') is [{ Length: > 0 }, { Length: > 0 }];
}
