namespace CloudKick.Testing.Volume;

/// <summary>How much is stored.</summary>
public sealed record VolumeOptions
{
    /// <summary>Terminals, at least 1,000; a fifth of them are one merchant's.</summary>
    public required int Terminals { get; init; }

    /// <summary>Kicks that have ended.</summary>
    public required long Kicks { get; init; }

    /// <summary>Over how many days, up to now, they are spread: 2 or more, default 30.</summary>
    public int Days { get; init; } = 30;
}
