using System.Text.Json;
using CloudKick.Relay.FreeTexts;

namespace CloudKick.Relay.Problems;

/// <summary>Names of fields as the client wrote them.</summary>
internal static class JsonPath
{
    private const int MaximumLength = 100;

    /// <summary><c>Entries[2].TerminalId</c>, as a validator says it, to <c>entries[2].terminalId</c>.</summary>
    public static string FromProperty(string property) =>
        string.Join('.', property.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));

    /// <summary><c>$.entries[2].terminalId</c>, as the serializer says it, to <c>entries[2].terminalId</c>; the document itself to <c>body</c>.</summary>
    public static string FromSerializer(string? path) => path switch
    {
        null or "" or "$" => "body",
        ['$', '.', .. var member] => Bounded(member),
        ['$', .. var index] => Bounded("body" + index),
        _ => Bounded(path),
    };

    /// <summary>Names come from the client: not more of one than helps it, and nothing that an answer must not have in it.</summary>
    private static string Bounded(string name) => FreeText.IsSensitive(name) ? "body" : name.Length <= MaximumLength ? name : name[..MaximumLength] + "…";
}
