using System.Globalization;
using System.Threading.Channels;
using CloudKick.Relay.Users;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>Somebody says that they forgot their password.</summary>
/// <param name="Email">The address that they say is theirs.</param>
/// <param name="Visitor">Where they come from.</param>
/// <param name="BaseUrl">What the link begins with.</param>
/// <param name="Language">What the mail is written in.</param>
internal sealed record ForgottenPassword(string Email, Visitor Visitor, string BaseUrl, CultureInfo Language);

/// <summary>
/// Makes and mails links for new passwords, one after the other and after the page has answered: neither the answer nor its time says
/// whether anybody has the address. Bounded: when too many wait, further ones are dropped with a warning; so is one that fails, and what
/// is left when the node stops. Whoever gets no mail asks again. Thread-safe.
/// </summary>
internal sealed partial class ForgottenPasswords(Accounts accounts, Mails mails, ILogger<ForgottenPasswords> logger) : BackgroundService
{
    private const int Capacity = 200;

    private readonly Channel<ForgottenPassword> _waiting = Channel.CreateBounded<ForgottenPassword>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    /// <summary>Takes one; cheap, and the same for every address.</summary>
    public void Note(ForgottenPassword forgotten)
    {
        if (!_waiting.Writer.TryWrite(forgotten))
            LogFull(logger, Capacity);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var forgotten in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                // The mailer bounds its own time and logs its own failures.
                CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = forgotten.Language;
                if (await accounts.ForgotPasswordAsync(forgotten.Email, forgotten.Visitor, stoppingToken) is { } link)
                    await mails.SendAsync(forgotten.BaseUrl, link, stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException) // the loop's boundary
            {
                LogFailed(logger, failure);
            }
        }
    }

    [LoggerMessage(4702, LogLevel.Warning, "{Capacity} links for new passwords wait to be mailed; another one is not")]
    private static partial void LogFull(ILogger logger, int capacity);

    [LoggerMessage(4703, LogLevel.Warning, "A link for a new password could not be made")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
