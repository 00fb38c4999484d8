using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Mail;

/// <summary>Sends plain text by SMTP. Thread-safe.</summary>
internal sealed partial class Mailer(IOptions<MailOptions> options, TimeProvider timeProvider, ILogger<Mailer> logger)
{
    private readonly MailOptions _options = options.Value;

    /// <summary>Whether there is a server to send through.</summary>
    public bool IsConfigured => !string.IsNullOrEmpty(_options.Host);

    /// <summary>Sends one mail.</summary>
    /// <returns>Whether the server took it; else the log says why.</returns>
    public async Task<bool> TrySendAsync(string to, string subject, string text, CancellationToken cancellationToken)
    {
        if (!IsConfigured)
            return false;
        using var deadline = new CancellationTokenSource(_options.Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var client = new SmtpClient(_options.Host, _options.Port) { EnableSsl = _options.Tls };
            if (_options.UserName is not null)
                client.Credentials = new NetworkCredential(_options.UserName, _options.Password);
            using var mail = new MailMessage(_options.From, to, subject, text) { BodyEncoding = Encoding.UTF8, SubjectEncoding = Encoding.UTF8 };
            await client.SendMailAsync(mail, either.Token);
            return true;
        }
        catch (Exception failure) when (failure is SmtpException or SocketException or IOException or FormatException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            NotSent(logger, _options.Host!, failure);
            return false;
        }
    }

    [LoggerMessage(4750, LogLevel.Warning, "A mail could not be sent through {Host}")]
    private static partial void NotSent(ILogger logger, string host, Exception failure);
}
