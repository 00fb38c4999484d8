using CloudKick.Relay.Mail;
using CloudKick.Relay.Users;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>The mails that pages send, in the language of whoever has them sent.</summary>
internal sealed class Mails(Mailer mailer, Texts texts, IOptions<PageOptions> options)
{
    /// <summary>Whether mail is sent at all; else links are shown.</summary>
    public bool AreSent => mailer.IsConfigured;

    /// <summary>Where people reach the relay: as the settings say, else as this request came. Without a slash at its end.</summary>
    public string BaseUrl(HttpRequest request) => options.Value.PublicUrl?.TrimEnd('/') ?? $"{request.Scheme}://{request.Host}";

    /// <summary>A link's whole address.</summary>
    public string Address(HttpRequest request, OneTimeLink link) => BaseUrl(request) + link.Path;

    /// <summary>Sends somebody their link.</summary>
    /// <returns>Whether the mail is on its way; else it must be shown.</returns>
    public Task<bool> SendAsync(HttpRequest request, OneTimeLink link, CancellationToken cancellationToken) =>
        SendAsync(BaseUrl(request), link, cancellationToken);

    /// <summary>As <see cref="SendAsync(HttpRequest, OneTimeLink, CancellationToken)"/>, outside of a request; <paramref name="baseUrl"/> is a <see cref="BaseUrl"/>.</summary>
    public Task<bool> SendAsync(string baseUrl, OneTimeLink link, CancellationToken cancellationToken)
    {
        var kind = link.User.HasPassword ? "Reset" : "Invitation";
        return mailer.TrySendAsync(
            link.User.Email,
            texts[$"SignIn.Mail{kind}Subject"],
            texts[$"SignIn.Mail{kind}Text", baseUrl + link.Path, link.EndsAt.UtcDateTime],
            cancellationToken);
    }
}
