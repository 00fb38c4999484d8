using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using CloudKick.Relay.Problems;

namespace CloudKick.Relay.Kicks;

/// <summary><c>Prefer: wait=N</c> (RFC 7240 §4.3): hold the answer up to N seconds until the kick is final.</summary>
internal static class WaitPreference
{
    private const string Name = "wait";
    private const int MaximumSeconds = 25;

    /// <summary>How long to wait: zero when nothing is preferred. Other preferences are ignored, as the RFC has it.</summary>
    public static bool TryRead(HttpRequest request, out TimeSpan wait, [NotNullWhen(false)] out FieldError? fault)
    {
        wait = TimeSpan.Zero;
        fault = null;
        foreach (var preference in request.Headers["Prefer"].SelectMany(value => (value ?? "").Split([',', ';'])))
        {
            var parts = preference.Split('=', 2, StringSplitOptions.TrimEntries);
            if (!parts[0].Equals(Name, StringComparison.OrdinalIgnoreCase))
                continue;
            if (parts.Length != 2 || !int.TryParse(parts[1].Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > MaximumSeconds)
            {
                fault = new FieldError("Prefer", $"wait is 0 to {MaximumSeconds} seconds.");
                return false;
            }
            wait = TimeSpan.FromSeconds(seconds);
        }
        return true;
    }

    /// <summary>Tells the caller that its preference was honoured.</summary>
    public static void Applied(HttpResponse response, TimeSpan wait)
    {
        if (wait > TimeSpan.Zero)
            response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"{Name}={wait.TotalSeconds}");
    }
}
