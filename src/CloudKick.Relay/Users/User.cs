namespace CloudKick.Relay.Users;

/// <summary>Somebody who may sign in, as administrators see them.</summary>
public sealed record User
{
    /// <summary>Identifies them.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Their merchant; null for the platform's people.</summary>
    public required Guid? MerchantId { get; init; }

    /// <summary>What they sign in with; unique, whatever its case.</summary>
    public required string Email { get; init; }

    /// <summary>What people call them; may be empty.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="Roles"/>.</summary>
    public required string Role { get; init; }

    /// <summary>When they were invited.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when they may not sign in; null: they may.</summary>
    public required DateTimeOffset? DisabledAt { get; init; }

    /// <summary>When they last signed in; null: never.</summary>
    public required DateTimeOffset? SignedInAt { get; init; }

    /// <summary>Whether they have chosen a password; until then they have an invitation.</summary>
    public required bool HasPassword { get; init; }

    /// <summary>Whether they have a second factor.</summary>
    public required bool HasSecondFactor { get; init; }
}

/// <summary>A one-time link that was just made.</summary>
/// <param name="User">Whose.</param>
/// <param name="Path">The address on the relay, from the first slash. A secret until it is used: shown now and never again.</param>
/// <param name="EndsAt">Until when it is good.</param>
public sealed record OneTimeLink(User User, string Path, DateTimeOffset EndsAt)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"link for {User.UserId}";
}
