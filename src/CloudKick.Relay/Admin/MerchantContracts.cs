using System.ComponentModel.DataAnnotations;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Merchants;
using FluentValidation;

namespace CloudKick.Relay.Admin;

/// <summary>A merchant to add.</summary>
internal sealed record MerchantRequest
{
    /// <summary>What people call it: 1 to 200 characters. Need not be unique.</summary>
    /// <example>Bakkerij De Korenbloem</example>
    [Required, StringLength(MerchantRegistry.MaximumNameLength, MinimumLength = 1)]
    public string? Name { get; init; }
}

/// <summary>A merchant.</summary>
/// <param name="MerchantId">Identifies it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="DisabledAt">Since when none of its keys works; absent while it is active.</param>
internal sealed record MerchantResponse(Guid MerchantId, string Name, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt)
{
    public static MerchantResponse From(Merchant merchant) => new(merchant.MerchantId, merchant.Name, merchant.CreatedAt, merchant.DisabledAt);
}

/// <summary>The rules of <see cref="MerchantRequest"/>.</summary>
internal sealed class MerchantRequestValidator : AbstractValidator<MerchantRequest>
{
    public static readonly MerchantRequestValidator Instance = new();

    private MerchantRequestValidator() =>
        RuleFor(request => request.Name)
            .Must(name => !string.IsNullOrWhiteSpace(name)).WithMessage("is required")
            .MaximumLength(MerchantRegistry.MaximumNameLength).WithMessage($"may have at most {MerchantRegistry.MaximumNameLength} characters")
            .Must(name => name is null || !name.Any(char.IsControl)).WithMessage("may not have control characters")
            .Must(name => !FreeText.IsSensitive(name)).WithMessage(FreeText.Rule);
}
