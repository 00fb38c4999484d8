using CloudKick.Opi.Xml;

namespace CloudKick.Opi;

/// <summary>The <c>Terminal</c> element of a response.</summary>
public sealed record OpiTerminal
{
    /// <summary>The terminal's identity in its management system, as it came.</summary>
    public string? TerminalId { get; init; }

    /// <summary>The number of its last transaction (system trace audit number).</summary>
    public string? Stan { get; init; }

    internal static OpiTerminal Read(OpiXmlReader reader) => new()
    {
        TerminalId = reader.Attribute("TerminalID"),
        Stan = reader.Attribute("STAN"),
    };

    internal void Write(OpiXmlWriter writer)
    {
        writer.Start("Terminal");
        writer.Attribute("TerminalID", TerminalId);
        writer.Attribute("STAN", Stan);
        writer.End();
    }
}
