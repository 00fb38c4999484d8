using System.Buffers;
using System.Globalization;
using System.Text;
using System.Xml;

namespace CloudKick.Opi.Xml;

/// <summary>
/// Walks one document forward, by local names, within <see cref="OpiLimits"/>. DTDs are prohibited and
/// nothing outside the document is ever fetched. Any member may throw XmlException: XmlReader decodes a
/// value only when it is asked for.
/// </summary>
internal sealed class OpiXmlReader : IDisposable
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = OpiLimits.DocumentLength,
        MaxCharactersFromEntities = 0,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
        CheckCharacters = true,
        ConformanceLevel = ConformanceLevel.Document,
    };

    private readonly XmlReader _reader;

    private OpiXmlReader(XmlReader reader) => _reader = reader;

    /// <summary>The root's local name.</summary>
    public string Root { get; private set; } = "";

    private string Element => _reader.LocalName;

    public static OpiXmlReader Open(in ReadOnlySequence<byte> document)
    {
        if (document.Length > OpiLimits.DocumentLength)
            throw new OpiParsingException($"The document has {document.Length} bytes; at most {OpiLimits.DocumentLength} are read.");

        // The copy is bounded by the check above. XmlReader finds the encoding from mark and declaration.
        var reader = new OpiXmlReader(XmlReader.Create(new MemoryStream(document.ToArray(), writable: false), Settings));
        try
        {
            while (reader.Read() && reader._reader.NodeType != XmlNodeType.Element)
            {
            }
        }
        catch
        {
            reader.Dispose();
            throw;
        }

        reader.Root = reader.Element;
        return reader;
    }

    /// <summary>The attribute of the current element, or null.</summary>
    public string? Attribute(string localName)
    {
        string? value = null;
        for (var more = _reader.MoveToFirstAttribute(); more; more = _reader.MoveToNextAttribute())
        {
            if (_reader.LocalName == localName && _reader.NamespaceURI != "http://www.w3.org/2000/xmlns/")
            {
                value = _reader.Value;
                break;
            }
        }

        _reader.MoveToElement();
        return value;
    }

    /// <summary>The attribute of the current element; it must be there and not empty.</summary>
    public string RequiredAttribute(string localName) =>
        Attribute(localName) is { Length: > 0 } value ? value : throw new OpiMissingDataException(Element, localName);

    /// <summary>
    /// Stops at each child element of the current one and gives its local name. What the caller does not
    /// read of a child is passed over.
    /// </summary>
    public IEnumerable<string> Children()
    {
        if (_reader.IsEmptyElement)
            yield break;

        var parent = _reader.Depth;
        while (Read() && _reader.Depth > parent)
        {
            if (_reader.NodeType == XmlNodeType.Element && _reader.Depth == parent + 1)
                yield return _reader.LocalName;
        }
    }

    /// <summary>The text of the current element, without that of its descendants, trimmed of white space.</summary>
    public string Text()
    {
        if (_reader.IsEmptyElement)
            return "";

        var text = new StringBuilder();
        var element = _reader.Depth;
        while (Read() && _reader.Depth > element)
        {
            if (_reader.Depth == element + 1 && _reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                text.Append(_reader.Value);
        }

        return text.ToString().Trim();
    }

    /// <summary>The time in the current element, ISO 8601; without an offset it is taken as UTC.</summary>
    public DateTimeOffset Time()
    {
        var element = Element;
        return DateTimeOffset.TryParse(Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new OpiValidationException(element, "time");
    }

    /// <summary>Reads what is left, so that a fault behind the last thing of interest is still found.</summary>
    public void ReadToEnd()
    {
        while (Read())
        {
        }
    }

    public void Dispose() => _reader.Dispose();

    private bool Read()
    {
        var more = ReadNode();
        // XmlReader counts the root as depth 0.
        if (_reader.NodeType == XmlNodeType.Element && _reader.Depth >= OpiLimits.Depth)
            throw new OpiParsingException($"The document nests deeper than {OpiLimits.Depth} elements.");
        return more;
    }

    private bool ReadNode()
    {
        try
        {
            return _reader.Read();
        }
        catch (ArgumentOutOfRangeException exception)
        {
            // XmlReader stumbles over a short declaration whose bytes are not of its encoding.
            throw new XmlException("The XML declaration is not in its encoding.", exception);
        }
    }
}
