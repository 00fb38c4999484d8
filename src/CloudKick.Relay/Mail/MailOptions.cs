using System.ComponentModel.DataAnnotations;
using System.Net;

namespace CloudKick.Relay.Mail;

/// <summary>How mail is sent: section <c>CloudKick:Mail</c>. Without a host none is; links are then shown to whoever made them.</summary>
internal sealed class MailOptions
{
    public const string Section = "CloudKick:Mail";

    /// <summary>The SMTP server. Default null: no mail.</summary>
    public string? Host { get; set; }

    /// <summary>Its port. Default 587, submission (RFC 6409).</summary>
    [Range(1, IPEndPoint.MaxPort)]
    public int Port { get; set; } = 587;

    /// <summary>Whether STARTTLS is required. Default true.</summary>
    public bool Tls { get; set; } = true;

    /// <summary>The login there. Default null: none.</summary>
    public string? UserName { get; set; }

    /// <summary>The login's password; from the environment or a file.</summary>
    public string? Password { get; set; }

    /// <summary>Who it comes from. Default <c>cloudkick@localhost</c>.</summary>
    [EmailAddress]
    public string From { get; set; } = "cloudkick@localhost";

    /// <summary>How long sending one may take: 1 s to 1 min, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
