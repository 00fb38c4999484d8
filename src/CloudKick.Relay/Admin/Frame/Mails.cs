using CloudKick.Relay.Mail;
using CloudKick.Relay.Users;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>The mails that pages send, in the language of whoever has them sent.</summary>
internal sealed class Mails(Mailer mailer, Texts texts, IOptions<PageOptions> options)
{
    /// <summary>Whether mail is sent at all; else links are shown.</summary>
    public bool AreSent => mailer.IsConfigured;

    /// <summary>A link's whole address: as the settings say, else as this request came.</summary>
    public string Address(HttpRequest request, OneTimeLink link) =>
        (options.Value.PublicUrl?.TrimEnd('/') ?? $"{request.Scheme}://{request.Host}") + link.Path;

    /// <summary>Sends somebody their link.</summary>
    /// <returns>Whether the mail is on its way; else it must be shown.</returns>
    public Task<bool> SendAsync(HttpRequest request, OneTimeLink link, CancellationToken cancellationToken)
    {
        var kind = link.User.HasPassword ? "Reset" : "Invitation";
        return mailer.TrySendAsync(
            link.User.Email,
            texts[$"SignIn.Mail{kind}Subject"],
            texts[$"SignIn.Mail{kind}Text", Address(request, link), link.EndsAt.UtcDateTime],
            cancellationToken);
    }
}
