using CloudKick.Opi.Xml;

namespace CloudKick.Opi;

/// <summary>
/// The ids that stand as attributes on the root of every OPI message. A response echoes the header of
/// its request.
/// </summary>
public sealed record OpiHeader
{
    /// <summary>What is asked or answered, for example <see cref="OpiRequestTypes.GetStatus"/>.</summary>
    public required string RequestType { get; init; }

    /// <summary>The logical point of sale that speaks; one request of it is open at a time.</summary>
    public required string WorkstationId { get; init; }

    /// <summary>Ties the response to its request. We send at most nine digits; what comes is echoed as it is.</summary>
    public required string RequestId { get; init; }

    /// <summary>The sending application, when named.</summary>
    public string? ApplicationSender { get; init; }

    /// <summary>The point of payment, when named (German dialect).</summary>
    public string? PopId { get; init; }

    /// <summary>The terminal addressed, when named.</summary>
    public string? TerminalId { get; init; }

    /// <summary>Numbers the messages of one request, when used.</summary>
    public string? SequenceId { get; init; }

    /// <summary>Whether this is the answer to <paramref name="request"/>: same request type, same request id.</summary>
    public bool Answers(OpiHeader request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RequestType.Equals(request.RequestType, StringComparison.OrdinalIgnoreCase) && RequestId == request.RequestId;
    }

    internal static OpiHeader Read(OpiXmlReader reader) => new()
    {
        RequestType = reader.RequiredAttribute("RequestType"),
        WorkstationId = reader.RequiredAttribute("WorkstationID"),
        RequestId = reader.RequiredAttribute("RequestID"),
        ApplicationSender = reader.Attribute("ApplicationSender"),
        PopId = reader.Attribute("POPID"),
        TerminalId = reader.Attribute("TerminalID"),
        SequenceId = reader.Attribute("SequenceID"),
    };

    internal void Write(OpiXmlWriter writer)
    {
        writer.RequiredAttribute("RequestType", RequestType);
        writer.RequiredAttribute("WorkstationID", WorkstationId);
        writer.RequiredAttribute("RequestID", RequestId);
        writer.Attribute("ApplicationSender", ApplicationSender);
        writer.Attribute("POPID", PopId);
        writer.Attribute("TerminalID", TerminalId);
        writer.Attribute("SequenceID", SequenceId);
    }
}
