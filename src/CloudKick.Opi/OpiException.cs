namespace CloudKick.Opi;

/// <summary>
/// What a peer sent, or what we were asked to send, is not OPI. Each leaf names one kind of fault and
/// the overall result by which OPI reports it, so that a request can be answered with the truth.
/// </summary>
public abstract class OpiException : Exception
{
    private protected OpiException(OpiResult result, string message, Exception? innerException = null)
        : base(message, innerException) => Result = result;

    /// <summary>The <c>OverallResult</c> that tells the peer about this fault.</summary>
    public OpiResult Result { get; }
}

/// <summary>A frame announces more bytes than the receiver takes. Thrown before anything is allocated for it.</summary>
public sealed class OpiFrameTooLargeException(uint length, int maximum)
    : OpiException(OpiResult.FormatError, $"A frame of {length} bytes is announced; at most {maximum} are taken.")
{
    /// <summary>The announced length in bytes.</summary>
    public uint Length { get; } = length;

    /// <summary>The receiver's maximum in bytes.</summary>
    public int Maximum { get; } = maximum;
}

/// <summary>The connection ended inside a frame.</summary>
public sealed class OpiTruncatedException(long received)
    : OpiException(OpiResult.CommunicationError, $"The connection ended inside a frame, {received} bytes after its start.")
{
    /// <summary>How many bytes of the frame had come, its header included.</summary>
    public long Received { get; } = received;
}

/// <summary>The document is not well-formed XML, or uses what OPI forbids: a DTD, entities, too much depth or length.</summary>
public sealed class OpiParsingException(string message, Exception? innerException = null)
    : OpiException(OpiResult.ParsingError, message, innerException);

/// <summary>Well-formed XML whose root is none of OPI's six.</summary>
public sealed class OpiFormatException(string root)
    : OpiException(OpiResult.FormatError, "The root is not one of an OPI message.")
{
    /// <summary>The root's local name: a stranger's word, so not part of the message, which goes into logs.</summary>
    public string Root { get; } = root;
}

/// <summary>An OPI message that this library does not read yet. The peer did nothing wrong; the stream is still in step.</summary>
public sealed class OpiUnsupportedMessageException(string root)
    : OpiException(OpiResult.NotSupported, $"{root} is an OPI message that is not supported here.")
{
    /// <summary>The root's local name.</summary>
    public string Root { get; } = root;
}

/// <summary>A mandatory attribute or element is absent or empty.</summary>
public sealed class OpiMissingDataException(string element, string name)
    : OpiException(OpiResult.MissingMandatoryData, $"{element} lacks its mandatory {name}.")
{
    /// <summary>The element that is incomplete.</summary>
    public string Element { get; } = element;

    /// <summary>The attribute or child that it lacks.</summary>
    public string Name { get; } = name;
}

/// <summary>A value is present but not of its type, or cannot be written as XML.</summary>
public sealed class OpiValidationException(string element, string name, Exception? innerException = null)
    : OpiException(OpiResult.ValidationError, $"The value of {name} in {element} is not valid.", innerException)
{
    /// <summary>The element that holds the value.</summary>
    public string Element { get; } = element;

    /// <summary>The attribute or child whose value it is.</summary>
    public string Name { get; } = name;
}
