using CloudKick.Opi.Xml;

namespace CloudKick.Opi;

/// <summary>The answer to a <see cref="ServiceRequest"/>. Terminal to POS.</summary>
/// <param name="Header">The request's header, echoed.</param>
/// <param name="OverallResult">How it went.</param>
public sealed record ServiceResponse(OpiHeader Header, OpiResult OverallResult) : OpiMessage(Header)
{
    /// <summary>The terminal that answers.</summary>
    public OpiTerminal? Terminal { get; init; }

    /// <summary>What the vendor adds.</summary>
    public PrivateData? PrivateData { get; init; }

    internal static ServiceResponse Read(OpiXmlReader reader)
    {
        var header = OpiHeader.Read(reader);
        var result = new OpiResult(reader.RequiredAttribute("OverallResult"));
        OpiTerminal? terminal = null;
        PrivateData? privateData = null;
        foreach (var child in reader.Children())
        {
            if (child == "Terminal")
                terminal = OpiTerminal.Read(reader);
            else if (child == "PrivateData")
                privateData = Opi.PrivateData.Read(reader);
        }

        return new ServiceResponse(header, result) { Terminal = terminal, PrivateData = privateData };
    }

    private protected override void WriteContent(OpiXmlWriter writer)
    {
        Header.Write(writer);
        writer.RequiredAttribute("OverallResult", OverallResult.Value);
        Terminal?.Write(writer);
        PrivateData?.Write(writer);
    }
}
