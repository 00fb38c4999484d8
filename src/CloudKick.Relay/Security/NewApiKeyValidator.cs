using CloudKick.Relay.FreeTexts;
using FluentValidation;

namespace CloudKick.Relay.Security;

/// <summary>The rules of <see cref="NewApiKey"/>, for the command line and for the API.</summary>
internal sealed class NewApiKeyValidator : AbstractValidator<NewApiKey>
{
    public const int MaximumLabelLength = 200;

    public static readonly NewApiKeyValidator Instance = new();

    private NewApiKeyValidator()
    {
        RuleFor(key => key.Environment).Must(ApiKeyToken.IsEnvironment)
            .WithMessage("must be 1 to 16 characters a-z and 0-9");
        RuleFor(key => key.Label).NotNull().WithMessage("is required")
            .MaximumLength(MaximumLabelLength).WithMessage($"may have at most {MaximumLabelLength} characters")
            .Must(label => label is null || !label.Any(char.IsControl)).WithMessage("may not have control characters")
            .Must(label => !FreeText.IsSensitive(label)).WithMessage(FreeText.Rule);
        RuleFor(key => key.Scopes).NotEmpty()
            .WithMessage(key => $"must name at least one of {string.Join(", ", Allowed(key))}");
        RuleForEach(key => key.Scopes).Must((key, scope) => Allowed(key).Contains(scope))
            .WithMessage(key => key.Merchant is null
                ? $"a platform operator's key has the scope {Scopes.PlatformAdmin} and no other"
                : $"must be one of {string.Join(", ", Allowed(key))}");
    }

    private static IReadOnlyList<string> Allowed(NewApiKey key) => key.Merchant is null ? [Scopes.PlatformAdmin] : Scopes.OfMerchants;
}
