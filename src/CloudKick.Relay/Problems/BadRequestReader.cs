using System.Text.Json;
using System.Text.RegularExpressions;

namespace CloudKick.Relay.Problems;

/// <summary>
/// Says in the client's terms why the framework could not read a request. Names of members and parameters are kept, values and the
/// names of our types are not.
/// </summary>
internal static partial class BadRequestReader
{
    public static ProblemResult Read(BadHttpRequestException refused) => refused switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => PayloadTooLarge(),
        { StatusCode: StatusCodes.Status415UnsupportedMediaType } => UnsupportedMediaType(),
        { InnerException: JsonException fault } => Problem.Invalid(Fields(fault)),
        { StatusCode: StatusCodes.Status408RequestTimeout } => Problem.Invalid("body", "did not arrive in time"),
        _ => Parameter(refused.Message),
    };

    public static ProblemResult PayloadTooLarge() =>
        new(ProblemTypes.PayloadTooLarge, "The body is larger than this address takes. Send less at once.");

    public static ProblemResult UnsupportedMediaType() =>
        new(ProblemTypes.UnsupportedMediaType, "Send the body with a content type that this address takes, such as Content-Type: application/json.");

    // System.Text.Json says what it met only in its message; without a resource for another culture, that is always English.
    private static IEnumerable<FieldError> Fields(JsonException fault)
    {
        var field = JsonPath.FromSerializer(fault.Path);
        if (MissingMembers().Match(fault.Message) is { Success: true } missing)
            return missing.Groups["name"].Captures.Select(name => new FieldError(JsonPath.FromSerializer("$." + name.Value), "is required"));
        if (UnknownMember().Match(fault.Message) is { Success: true } unknown)
            return [new FieldError(NameOf(field, unknown), "is not a member of this request")];
        if (DuplicateMember().Match(fault.Message) is { Success: true } duplicate)
            return [new FieldError(NameOf(field, duplicate), "is given more than once")];
        return fault.InnerException is null or InvalidOperationException or FormatException && !Syntax(fault)
            ? [new FieldError(field, "is not of the expected type or form")]
            : [new FieldError(field, Position(fault))];
    }

    // The reader's own exception (JsonReaderException) is inside when the text is not JSON at all.
    private static bool Syntax(JsonException fault) => fault.InnerException is JsonException;

    private static string Position(JsonException fault) => fault is { LineNumber: { } line, BytePositionInLine: { } position }
        ? $"is not JSON: line {line + 1}, byte {position + 1}"
        : "is not JSON";

    private static string NameOf(string field, Match match)
    {
        var name = match.Groups["name"].Value;
        return field == "body" ? JsonPath.FromSerializer("$." + name)
            : field == name || field.EndsWith("." + name, StringComparison.Ordinal) ? field
            : JsonPath.FromSerializer($"$.{field}.{name}");
    }

    private static ProblemResult Parameter(string message)
    {
        if (UnboundParameter().Match(message) is { Success: true } unbound)
            return Problem.Invalid(JsonPath.FromProperty(unbound.Groups["name"].Value), "is not of the expected type or form");
        if (MissingParameter().Match(message) is { Success: true } missing)
            return Problem.Invalid(JsonPath.FromProperty(missing.Groups["name"].Value), "is required");
        return Problem.Invalid("body", "is required, as JSON");
    }

    [GeneratedRegex("^The JSON property '(?<name>[^']*)' could not be mapped")]
    private static partial Regex UnknownMember();

    [GeneratedRegex("^Duplicate property '(?<name>[^']*)'")]
    private static partial Regex DuplicateMember();

    [GeneratedRegex("was missing required properties including:(?: '(?<name>[^']*)'[,;.]?)+")]
    private static partial Regex MissingMembers();

    [GeneratedRegex("^Failed to bind parameter \"[^\"]* (?<name>[^\" ]+)\"")]
    private static partial Regex UnboundParameter();

    [GeneratedRegex("^Required parameter \"[^\"]* (?<name>[^\" ]+)\"")]
    private static partial Regex MissingParameter();
}
