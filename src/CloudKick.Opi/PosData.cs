using CloudKick.Opi.Xml;

namespace CloudKick.Opi;

/// <summary>The cashier's side of a request.</summary>
public sealed record PosData
{
    /// <summary>When the request was made. A time without an offset is read as UTC.</summary>
    public DateTimeOffset? TimeStamp { get; init; }

    /// <summary>The language for the cashier: <c>nl</c>, <c>en</c>, <c>de</c>, <c>fr</c>.</summary>
    public string? LanguageCode { get; init; }

    internal static PosData Read(OpiXmlReader reader)
    {
        var language = reader.Attribute("LanguageCode");
        DateTimeOffset? timeStamp = null;
        foreach (var child in reader.Children())
        {
            if (child == "POSTimeStamp")
                timeStamp = reader.Time();
        }

        return new PosData { TimeStamp = timeStamp, LanguageCode = language };
    }

    internal void Write(OpiXmlWriter writer)
    {
        writer.Start("POSdata");
        writer.Attribute("LanguageCode", LanguageCode);
        if (TimeStamp is { } timeStamp)
            writer.Element("POSTimeStamp", timeStamp);
        writer.End();
    }
}
