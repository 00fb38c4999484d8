using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Users;

/// <summary>How people sign in: section <c>CloudKick:Users</c>.</summary>
internal sealed class UserOptions
{
    public const string Section = "CloudKick:Users";

    /// <summary>Who must have a second factor. Default <see cref="SecondFactor.Admins"/>.</summary>
    [EnumDataType(typeof(SecondFactor))]
    public SecondFactor RequireSecondFactor { get; set; } = SecondFactor.Admins;

    /// <summary>How long a session may be unused: 1 min to 24 h, default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan SessionIdle { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a session may last, used or not: 5 min to 30 days, default 12 h.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "30.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long the second factor may take after the password: 1 to 30 min, default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "00:30:00")]
    public TimeSpan SecondFactorTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an invitation is good: 1 h to 30 days, default 7 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan InvitationLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a link for a new password is good: 5 min to 24 h, default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "1.00:00:00")]
    public TimeSpan ResetLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>So many failures in a row are free: 3 to 100, default 5. The next one locks the account.</summary>
    [Range(3, 100)]
    public int FreeFailures { get; set; } = 5;

    /// <summary>How long the first lock holds; each further failure doubles it. 1 s to 1 h, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FirstLock { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a lock holds at most: 1 min to 24 h, default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan LongestLock { get; set; } = TimeSpan.FromHours(1);
}

/// <summary>Who must have a second factor; everybody else may.</summary>
internal enum SecondFactor
{
    /// <summary>Nobody.</summary>
    Nobody,

    /// <summary>The platform's people and merchants' admins.</summary>
    Admins,

    /// <summary>Everybody.</summary>
    Everybody,
}
