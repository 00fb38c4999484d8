using System.Globalization;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Users;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Says why a password or a code was not taken, wherever one is asked for. Thread-safe.</summary>
internal sealed class SignInWords(Texts texts, IOptions<PageOptions> options)
{
    /// <summary>Until when no attempt is looked at, when there were too many; else what is said of a wrong one.</summary>
    /// <param name="answer">Not one that lets in.</param>
    /// <param name="wrong">A text's key.</param>
    public string Refusal(SignInAnswer answer, string wrong) =>
        answer.LockedUntil is { } until
            ? texts["SignIn.Locked", TimeZoneInfo.ConvertTime(until, options.Value.Zone).ToString("HH:mm:ss", CultureInfo.CurrentCulture)]
            : texts[wrong];
}
