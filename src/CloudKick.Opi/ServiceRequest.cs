using CloudKick.Opi.Xml;

namespace CloudKick.Opi;

/// <summary>A request that is no payment: <c>GetStatus</c> and its kin. POS to terminal.</summary>
public sealed record ServiceRequest(OpiHeader Header) : OpiMessage(Header)
{
    /// <summary>The cashier's side. Mandatory in the catalogue; a request without it is read all the same.</summary>
    public PosData? PosData { get; init; }

    internal static ServiceRequest Read(OpiXmlReader reader)
    {
        var header = OpiHeader.Read(reader);
        PosData? posData = null;
        foreach (var child in reader.Children())
        {
            if (child == "POSdata")
                posData = Opi.PosData.Read(reader);
        }

        return new ServiceRequest(header) { PosData = posData };
    }

    private protected override void WriteContent(OpiXmlWriter writer)
    {
        Header.Write(writer);
        PosData?.Write(writer);
    }
}
