using System.Text;
using System.Xml;

namespace CloudKick.Opi.Xml;

/// <summary>Writes one document: UTF-8, OPI's namespace as default, nothing that is absent, no mandatory value empty.</summary>
internal sealed class OpiXmlWriter
{
    internal const string Namespace = "http://www.nrf-arts.org/IXRetail/namespace";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        CheckCharacters = true,
        // Line ends inside values come out as character references, so that they survive the reader's normalisation.
        NewLineHandling = NewLineHandling.Entitize,
        Indent = false,
    };

    private readonly XmlWriter _writer;
    private readonly Stack<string> _elements = new();

    private OpiXmlWriter(XmlWriter writer) => _writer = writer;

    public static byte[] Write(string root, Action<OpiXmlWriter> content)
    {
        using var output = new MemoryStream(512);
        using (var xml = XmlWriter.Create(output, Settings))
        {
            var writer = new OpiXmlWriter(xml);
            writer.Start(root);
            content(writer);
            writer.End();
        }

        return output.ToArray();
    }

    public void Start(string element)
    {
        _elements.Push(element);
        _writer.WriteStartElement(element, Namespace);
    }

    public void End()
    {
        _elements.Pop();
        _writer.WriteEndElement();
    }

    public void Attribute(string name, string? value)
    {
        if (value is null)
            return;
        Check(name, value);
        _writer.WriteAttributeString(name, value);
    }

    public void RequiredAttribute(string name, string value)
    {
        if (string.IsNullOrEmpty(value))
            throw new OpiMissingDataException(_elements.Peek(), name);
        Attribute(name, value);
    }

    public void Element(string name, string? value)
    {
        if (value is null)
            return;
        Check(name, value);
        _writer.WriteElementString(name, Namespace, value);
    }

    public void Element(string name, DateTimeOffset value) => Element(name, XmlConvert.ToString(value));

    private void Check(string name, string value)
    {
        try
        {
            XmlConvert.VerifyXmlChars(value);
        }
        catch (XmlException exception)
        {
            throw new OpiValidationException(_elements.Peek(), name, exception);
        }
    }
}
