using System.Text.Json.Nodes;
using CloudKick.Relay.Merchants;

namespace CloudKick.Relay.OpenApi;

/// <summary>
/// The examples of the API's description, by operation: they work when pasted against what <c>cloudkick local</c> starts, whose
/// terminals are NL000101, NL000102 and so on; but for a transfer, which needs a second merchant. A test sends each of them.
/// </summary>
internal static class ApiExamples
{
    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["createKick"] = $$"""{"terminalId":"{{DemoIds.Terminal}}","managementSystemId":"GrundmasterNL","accessProtocol":"OPI_NL","reference":"order-1042"}""",
        ["putWhitelistEntry"] = """{"label":"counter 1"}""",
        ["importWhitelist"] = $$"""{"entries":[{"terminalId":"{{DemoIds.Terminal}}","label":"counter 1"},{"terminalId":"NL000102","enabledUntil":"2030-01-01T00:00:00Z"}]}""",
        ["addMerchant"] = """{"name":"Bakkerij De Korenbloem"}""",
        ["createApiKey"] = """{"label":"web shop till","scopes":["kicks:write","kicks:read"]}""",
        ["createOwnApiKey"] = """{"label":"web shop till","scopes":["kicks:write","kicks:read"]}""",
        ["rotateOwnApiKey"] = """{"overlapSeconds":86400}""",
        ["createPlatformApiKey"] = """{"label":"on-call operator","scopes":["platform:admin"]}""",
        ["rotateApiKey"] = """{"overlapSeconds":86400}""",
        ["registerTerminal"] = """{"terminalId":"NL000999","managementSystemId":"GrundmasterNL","label":"spare"}""",
        ["provisionTerminal"] =
            """
            {"certificateSigningRequest":"-----BEGIN CERTIFICATE REQUEST-----\nMIHMMHUCAQAwEzERMA8GA1UEAwwITkwwMDAxMDEwWTATBgcqhkjOPQIBBggqhkjO\nPQMBBwNCAATTPXT0nkjjwUU3srkGjn6jkUFgg/OM2t+C2a674DMtdi20SX1AhUmj\n8qTwgCGCgSTe/AJckZdxn4H71NEEl+9ioAAwCgYIKoZIzj0EAwIDRwAwRAIgZIgT\nHBoCimYLCyBGyB/BSVR9ZpyB4G9zHDmxrPzU3b4CIHsjfRWj7Fk+lnMZ9U6pn+rq\nLVTH1sFLH3KnOdzEePwh\n-----END CERTIFICATE REQUEST-----"}
            """,
        ["updateTerminal"] = """{"label":"counter 1"}""",
        ["assignTerminal"] = $$"""{"merchantId":"{{DemoIds.Merchant}}"}""",
        ["proposeTransfer"] = $$"""{"terminalId":"{{DemoIds.Terminal}}","merchantId":"{{DemoIds.OtherMerchant}}"}""",
    };

    // Not for ids that only an earlier answer can give, nor for an idempotency key: one that is filled in beforehand would be sent with
    // every try, and give the same kick each time.
    private static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["terminalId"] = DemoIds.Terminal,
        ["merchantId"] = DemoIds.Merchant.ToString(),
        ["Prefer"] = "wait=10",
    };

    /// <summary>The operation's request body; null when there is no example.</summary>
    public static JsonNode? Body(string? operationId) =>
        operationId is not null && Bodies.TryGetValue(operationId, out var json) ? JsonNode.Parse(json) : null;

    /// <summary>A path parameter's or header's value; null when there is no example.</summary>
    public static JsonNode? Parameter(string? name) =>
        name is not null && Parameters.TryGetValue(name, out var value) ? JsonValue.Create(value) : null;
}
