using System.Buffers;
using System.Xml;
using CloudKick.Opi.Xml;

namespace CloudKick.Opi;

/// <summary>
/// One OPI message. The six roots are disjoint, so one socket can carry them all and the root alone
/// says what a document is.
/// </summary>
/// <param name="Header">The ids on its root.</param>
public abstract record OpiMessage(OpiHeader Header)
{
    /// <summary>
    /// Reads a document: encoding as declared (UTF-8, ISO-8859-1), elements by local name whatever their
    /// namespace, what is unknown passed over.
    /// </summary>
    /// <exception cref="OpiException">A leaf that says what is wrong; <see cref="OpiUnsupportedMessageException"/> for a
    /// sound message that is not read here yet.</exception>
    public static OpiMessage Decode(in ReadOnlySequence<byte> document)
    {
        try
        {
            using var reader = OpiXmlReader.Open(document);
            var message = Read(reader);
            reader.ReadToEnd();
            return message;
        }
        catch (XmlException exception)
        {
            throw new OpiParsingException($"The document is not acceptable XML (line {exception.LineNumber}, position {exception.LinePosition}).", exception);
        }
    }

    /// <summary>Writes the message as UTF-8 XML in OPI's namespace, without a frame.</summary>
    /// <exception cref="OpiMissingDataException">A mandatory value is empty.</exception>
    /// <exception cref="OpiValidationException">A value holds characters that XML cannot carry.</exception>
    public byte[] Encode() => OpiXmlWriter.Write(GetType().Name, WriteContent);

    private static OpiMessage Read(OpiXmlReader reader) => reader.Root switch
    {
        nameof(ServiceRequest) => ServiceRequest.Read(reader),
        nameof(ServiceResponse) => ServiceResponse.Read(reader),
        "CardServiceRequest" or "CardServiceResponse" or "DeviceRequest" or "DeviceResponse"
            => throw new OpiUnsupportedMessageException(reader.Root),
        _ => throw new OpiFormatException(reader.Root),
    };

    private protected abstract void WriteContent(OpiXmlWriter writer);
}
