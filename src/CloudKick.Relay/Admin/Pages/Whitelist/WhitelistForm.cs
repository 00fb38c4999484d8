using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Whitelist;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Reads the form of one entry, the same where it is added and where it is changed.</summary>
internal static class WhitelistForm
{
    /// <returns>What is wanted; null when something is wrong, which is then told at its field.</returns>
    public static WhitelistSetting? Read(
        PageModel page, Texts texts, TimeZoneInfo zone, string terminalId, string? label, string? enabledUntil, DateTimeOffset? known)
    {
        var line = new WhitelistLine(terminalId, (label ?? "").Trim(), null);
        foreach (var fault in WhitelistRules.Instance.Validate(line).Errors)
            page.ModelState.AddModelError(fault.PropertyName, texts["Whitelist.Fault-" + fault.ErrorCode]);
        if (!LocalMoment.TryRead(enabledUntil, zone, out var until))
            page.ModelState.AddModelError("EnabledUntil", texts["Whitelist.BadMoment"]);
        // A form knows minutes: a moment that was not touched keeps its seconds.
        if (known is not null && LocalMoment.Write(known, zone) == enabledUntil)
            until = known;
        return page.ModelState.IsValid ? new WhitelistSetting(terminalId, line.Label!, until) : null;
    }
}
