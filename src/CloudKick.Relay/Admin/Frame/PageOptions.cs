using System.ComponentModel.DataAnnotations;
using CloudKick.Relay.Mail;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>The pages: section <c>CloudKick:Pages</c>.</summary>
internal sealed class PageOptions
{
    public const string Section = "CloudKick:Pages";
    public const string UsualTimeZone = "Europe/Amsterdam";

    /// <summary>
    /// Where people reach the relay: <c>https://relay.example</c>. Links lead there, and with <c>https</c> browsers are told to come by
    /// nothing else (RFC 6797). Needed where mail is sent. Default null: as the request came that asks for a link.
    /// </summary>
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
internal sealed class PageOptionsValidator(IOptions<MailOptions> mail) : IValidateOptions<PageOptions>
{
    public ValidateOptionsResult Validate(string? name, PageOptions options)
    {
        var faults = new List<string>();
        if (options.TimeZone != PageOptions.UsualTimeZone && !TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _))
            faults.Add($"{PageOptions.Section}:{nameof(PageOptions.TimeZone)} is '{options.TimeZone}', which is no time zone of this machine.");
        // Whoever asks for a forgotten password names the host of the request: a link that is mailed must not lead where they say.
        if (!string.IsNullOrEmpty(mail.Value.Host) && options.PublicUrl is null)
            faults.Add($"{PageOptions.Section}:{nameof(PageOptions.PublicUrl)} must say where mailed links lead, since {MailOptions.Section}:{nameof(MailOptions.Host)} is set.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
