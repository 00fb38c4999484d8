using System.Globalization;

namespace CloudKick.Relay.Kicks.Events;

/// <summary>How far a reader that comes again has followed a kick: <c>Last-Event-ID</c> (HTML §9.2), the id of the last event that it saw.</summary>
/// <param name="After">The event behind which it goes on; 0: from the first.</param>
/// <param name="IsEnd">Whether it saw the end, and there is no more to come.</param>
internal readonly record struct LastEventId(long After, bool IsEnd)
{
    public const string Header = "Last-Event-ID";

    /// <summary>The id of the event that ends a stream.</summary>
    public const string End = "end";

    /// <summary>False when the id is none of these streams; without the header the stream begins with the first event.</summary>
    public static bool TryRead(HttpRequest request, out LastEventId last)
    {
        var text = request.Headers[Header].ToString();
        long after = 0;
        var isOurs = text is "" or End || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out after);
        last = new LastEventId(after, text == End);
        return isOurs;
    }

    /// <summary>The id of an event.</summary>
    public static string Of(long eventId) => eventId.ToString(CultureInfo.InvariantCulture);
}
