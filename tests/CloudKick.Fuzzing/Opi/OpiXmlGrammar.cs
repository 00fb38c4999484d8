using System.Text;
using CloudKick.Fuzzing.Engine;

namespace CloudKick.Fuzzing.Opi;

/// <summary>
/// OPI documents as text: the messages that are read, with what else XML allows in them, and with what OPI forbids (DTDs, entities,
/// too much depth), each now and then.
/// </summary>
internal static class OpiXmlGrammar
{
    private const int DeepestNest = 60;
    private const int AbyssDepth = 5_000;

    private static readonly string[] Roots = ["ServiceRequest", "ServiceResponse", "ServiceResponse", "ServiceResponse"];
    private static readonly string[] OtherRoots = ["CardServiceRequest", "CardServiceResponse", "DeviceRequest", "DeviceResponse", "Nonsense", "_4111111111111111"];
    private static readonly string[] Values = ["GetStatus", "1", "42", "NL000101", "Success", "14.0.11.01", "é€😀", " spaced ", "&amp;&lt;&gt;", "&#10;&#x41;", "kck_01KAJ4S8Q2F7M9V3XW5T6Y8Z0A"];
    private static readonly string[] BadValues = ["&undefined;", "&#0;", "&#xFFFFFFFF;", "&#xD800;", "<", "&", "\u0001", "&x;&x;&x;", ""];
    private static readonly string[] Times = ["2026-11-21T10:14:36Z", "2026-11-21T10:14:36.123+01:00", "2026-11-21T10:14:36", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00+14:00", "yesterday"];
    private static readonly string[] Attributes = ["RequestType", "WorkstationID", "RequestID", "OverallResult", "ApplicationSender", "POPID", "TerminalID", "SequenceID", "STAN", "LanguageCode"];
    private static readonly string[] Elements = ["Terminal", "PrivateData", "POSdata", "POSTimeStamp", "KickId", "FirmwareVersion", "Model", "Unknown"];

    private static readonly string[] Declarations =
    [
        "", "", "", "<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n",
    ];

    private static readonly string[] OddDeclarations =
    [
        "<?xml version=\"1.0\" encoding=\"utf-7\"?>", "<?xml version=\"1.0\" encoding=\"utf-16\"?>", "<?xml version=\"1.0\" encoding=\"no-such\"?>",
        "<?xml version=\"1.1\"?>", " <?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"ibm037\"?>", "<?xml version=\"1.0\" encoding=\"utf-32\"?>",
        "<!DOCTYPE r [<!ENTITY x \"yyyyyyyyyy\">]>", "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>", "<!DOCTYPE r SYSTEM \"http://127.0.0.1:9/dtd\">",
    ];

    /// <summary>Writes a document.</summary>
    /// <returns>Whether it is one that must be accepted.</returns>
    public static bool Write(FuzzRandom random, FuzzInput output)
    {
        var odd = random.OneIn(4);
        var text = new StringBuilder();
        text.Append(odd && random.OneIn(2) ? random.Of(OddDeclarations) : random.Of(Declarations));
        var root = odd && random.OneIn(3) ? random.Of(OtherRoots) : random.Of(Roots);
        var prefix = random.OneIn(5) ? "o:" : "";
        text.Append('<').Append(prefix).Append(root);
        if (prefix.Length > 0)
            text.Append(" xmlns:o=\"http://www.nrf-arts.org/IXRetail/namespace\"");
        AppendHeader(random, text, odd);
        text.Append('>');
        AppendContent(random, text, root, odd);
        text.Append("</").Append(prefix).Append(root).Append('>');
        WriteEncoded(random, output, text.ToString(), odd);
        return !odd;
    }

    private static void AppendHeader(FuzzRandom random, StringBuilder text, bool odd)
    {
        for (var i = 0; i < 4; i++)
        {
            if (!odd || !random.OneIn(8))
                AppendAttribute(random, text, Attributes[i], odd);
        }
        for (var i = 4; i < 8; i++)
        {
            if (random.OneIn(4))
                AppendAttribute(random, text, Attributes[i], odd);
        }
    }

    private static void AppendAttribute(FuzzRandom random, StringBuilder text, string name, bool odd)
    {
        var value = odd && random.OneIn(6) ? random.Of(BadValues) : random.Of(Values);
        text.Append(' ').Append(name).Append(random.OneIn(2) ? "=\"" : " = \"").Append(value).Append('"');
    }

    private static void AppendContent(FuzzRandom random, StringBuilder text, string root, bool odd)
    {
        if (root == "ServiceRequest" && random.OneIn(2))
        {
            var time = odd ? random.Of(Times) : Times[0];
            text.Append("<POSdata LanguageCode=\"nl\"><POSTimeStamp>").Append(time).Append("</POSTimeStamp></POSdata>");
        }
        for (var count = random.Below(4); count > 0; count--)
        {
            switch (random.Below(odd ? 8 : 6))
            {
                case 0: text.Append("<!-- comment -->\n"); break;
                case 1: text.Append("<?target instruction?>"); break;
                case 2:
                    text.Append("<Terminal");
                    AppendAttribute(random, text, "TerminalID", odd);
                    text.Append("/>");
                    break;
                case 3: text.Append("<PrivateData><FirmwareVersion>").Append(random.Of(Values)).Append("</FirmwareVersion><KickId><![CDATA[<kck>]]></KickId></PrivateData>"); break;
                case 4: text.Append("  <Unknown a='b'>text<Model/>").Append(random.Of(Values)).Append("</Unknown>\r\n"); break;
                case 5: AppendNest(text, random.Between(1, odd ? DeepestNest : 20)); break;
                case 6: AppendElement(random, text); break;
                default: AppendNest(text, random.OneIn(50) ? AbyssDepth : DeepestNest); break;
            }
        }
    }

    private static void AppendElement(FuzzRandom random, StringBuilder text)
    {
        var name = random.Of(Elements);
        text.Append('<').Append(name);
        AppendAttribute(random, text, random.Of(Attributes), odd: true);
        text.Append('>').Append(random.Of(BadValues)).Append("</").Append(random.OneIn(3) ? random.Of(Elements) : name).Append('>');
    }

    private static void AppendNest(StringBuilder text, int depth)
    {
        for (var i = 0; i < depth; i++)
            text.Append("<n>");
        for (var i = 0; i < depth; i++)
            text.Append("</n>");
    }

    private static void WriteEncoded(FuzzRandom random, FuzzInput output, string text, bool odd)
    {
        switch (odd ? random.Below(8) : random.Below(2))
        {
            case 0 when !odd:
                output.Add([0xEF, 0xBB, 0xBF]);
                output.Add(text);
                break;
            case 0: output.Add([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)]); break;
            case 1 when odd: output.Add(Encoding.BigEndianUnicode.GetBytes("\uFEFF" + text)); break;
            case 2: output.Add(Encoding.Latin1.GetBytes(text.Replace("UTF-8", "ISO-8859-1", StringComparison.OrdinalIgnoreCase))); break;
            case 3: output.Add([0xFF, 0xFE, 0, 0, .. Encoding.UTF32.GetBytes(text)]); break;
            default: output.Add(text); break;
        }
    }
}
