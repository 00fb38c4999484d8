using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>The pages: section <c>CloudKick:Pages</c>.</summary>
internal sealed class PageOptions
{
    public const string Section = "CloudKick:Pages";
    public const string UsualTimeZone = "Europe/Amsterdam";

    /// <summary>Where people reach the relay, for links in mail: <c>https://relay.example</c>. Default null: as the inviter reaches it.</summary>
    [Url]
    public string? PublicUrl { get; set; }

    /// <summary>The time zone that times are shown in, by its IANA name. Default <c>Europe/Amsterdam</c>; UTC where the machine knows no zones.</summary>
    public string TimeZone { get; set; } = UsualTimeZone;

    /// <summary>How long a live view lasts before the browser asks again, and is asked again who it is: 10 s to 1 h, default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan LiveLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The zone itself.</summary>
    public TimeZoneInfo Zone => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
}

/// <summary>Checks what annotations cannot say.</summary>
internal sealed class PageOptionsValidator : IValidateOptions<PageOptions>
{
    public ValidateOptionsResult Validate(string? name, PageOptions options) =>
        options.TimeZone == PageOptions.UsualTimeZone || TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{PageOptions.Section}:{nameof(PageOptions.TimeZone)} is '{options.TimeZone}', which is no time zone of this machine.");
}
