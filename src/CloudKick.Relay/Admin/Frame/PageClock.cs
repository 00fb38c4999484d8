using System.Globalization;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>Which time zone the pages show times in, as every page says it. Thread-safe.</summary>
internal sealed class PageClock(IOptions<PageOptions> options, TimeProvider timeProvider)
{
    /// <summary>The zone's name: <c>Europe/Amsterdam</c>.</summary>
    public string ZoneName => options.Value.Zone.Id;

    /// <summary>How it differs from UTC today: <c>UTC+1</c>, <c>UTC+5:30</c>; <c>UTC</c> itself.</summary>
    public string OffsetNow
    {
        get
        {
            var offset = options.Value.Zone.GetUtcOffset(timeProvider.GetUtcNow());
            if (offset == TimeSpan.Zero)
                return "UTC";
            var sign = offset < TimeSpan.Zero ? '−' : '+';
            return string.Create(CultureInfo.InvariantCulture, $"UTC{sign}{offset.ToString(offset.Minutes == 0 ? "%h" : @"h\:mm", CultureInfo.InvariantCulture)}");
        }
    }
}
