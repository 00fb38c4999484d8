using System.Text.Json.Nodes;

namespace CloudKick.Relay.OpenApi;

/// <summary>
/// The examples of the API's description, by operation: they work when pasted against what <c>cloudkick local</c> starts, whose
/// terminals are NL000101, NL000102 and so on. A test sends each of them.
/// </summary>
internal static class ApiExamples
{
    public const string TerminalId = "NL000101";

    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["createKick"] = $$"""{"terminalId":"{{TerminalId}}","managementSystemId":"GrundmasterNL","accessProtocol":"OPI_NL","reference":"order-1042"}""",
        ["putWhitelistEntry"] = """{"label":"counter 1"}""",
        ["importWhitelist"] = $$"""{"entries":[{"terminalId":"{{TerminalId}}","label":"counter 1"},{"terminalId":"NL000102","enabledUntil":"2030-01-01T00:00:00Z"}]}""",
        ["addMerchant"] = """{"name":"Bakkerij De Korenbloem"}""",
        ["createApiKey"] = """{"label":"web shop till","scopes":["kicks:write","kicks:read"]}""",
        ["createPlatformApiKey"] = """{"label":"on-call operator","scopes":["platform:admin"]}""",
        ["registerTerminal"] = """{"terminalId":"NL000999","managementSystemId":"GrundmasterNL","label":"spare"}""",
        ["updateTerminal"] = """{"label":"counter 1"}""",
        ["assignTerminal"] = """{"merchantId":"0196f3a0-0000-7000-8000-000000000001"}""",
    };

    private static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["terminalId"] = TerminalId,
        ["id"] = "kck_01KAJ4S8Q2F7M9V3XW5T6Y8Z0A",
        ["merchantId"] = "0196f3a0-0000-7000-8000-000000000001",
        ["keyId"] = "a1b2c3d4e5f6g7h8",
        ["Idempotency-Key"] = "order-1042-kick-1",
        ["Prefer"] = "wait=10",
    };

    /// <summary>The operation's request body; null when there is no example.</summary>
    public static JsonNode? Body(string? operationId) =>
        operationId is not null && Bodies.TryGetValue(operationId, out var json) ? JsonNode.Parse(json) : null;

    /// <summary>A path parameter's or header's value; null when there is no example.</summary>
    public static JsonNode? Parameter(string? name) =>
        name is not null && Parameters.TryGetValue(name, out var value) ? JsonValue.Create(value) : null;
}
