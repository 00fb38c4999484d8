using CloudKick.Relay.Database;

namespace CloudKick.Relay.Users;

/// <summary>A live session and whose it is, as <c>find_user_session</c> tells.</summary>
internal sealed record SignedIn
{
    /// <summary>The password was right; the second factor is still asked for.</summary>
    public const string SecondFactorStage = "second-factor";

    /// <summary>Signed in.</summary>
    public const string CompleteStage = "complete";

    public required Guid SessionId { get; init; }

    public required string Stage { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset SeenAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    public required Guid UserId { get; init; }

    public required Guid? MerchantId { get; init; }

    public required string? MerchantName { get; init; }

    public required string Email { get; init; }

    public required string Name { get; init; }

    public required string Role { get; init; }

    public required string? Language { get; init; }

    /// <summary>Encrypted; see <see cref="SecondFactors"/>.</summary>
    public required byte[]? TotpSecret { get; init; }

    public MerchantId? Merchant => MerchantId is { } id ? new MerchantId(id) : null;

    /// <summary>Where the user's own rows are seen.</summary>
    public Tenant Tenant => UserTenant.Of(MerchantId);

    public bool HasSecondFactor => TotpSecret is not null;

    public bool IsComplete => Stage == CompleteStage;

    /// <summary>How the audit log names them: what kind of person, and who. The id and not the address, which may change and must be forgettable.</summary>
    public string Actor => UserActor.Of(Role, UserId);
}

/// <summary>Whose rows a user's are.</summary>
internal static class UserTenant
{
    public static Tenant Of(Guid? merchantId) => merchantId is { } id ? new MerchantId(id) : Tenant.Platform;
}

/// <summary>How the audit log names people: <c>user:…</c>, <c>operator:…</c> or <c>support:…</c>.</summary>
internal static class UserActor
{
    public static string Of(string role, Guid userId) => role switch
    {
        Roles.PlatformOperator => $"operator:{userId}",
        Roles.PlatformSupport => $"support:{userId}",
        _ => $"user:{userId}",
    };
}
