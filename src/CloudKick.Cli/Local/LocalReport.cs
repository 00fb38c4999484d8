using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Local;

/// <summary>What <c>local</c> tells people when it is up: where things are, and what to try. Lines are never wrapped: they are for pasting.</summary>
internal static class LocalReport
{
    public static void Write(Screen screen, LocalState state, string ownCommand)
    {
        // The first terminal is coupled by the demo kick; another shows the whole way.
        var next = state.Terminals.Count > 1 ? state.Terminals[1] : state.Terminals.Count > 0 ? state.Terminals[0] : "TERMINAL_ID";
        var last = state.Terminals.Count > 0 ? state.Terminals[^1] : "TERMINAL_ID";
        screen.Unwrapped(
            $"""

            CloudKick runs.

              API           {state.RelayUrl}  (documentation: {state.SwaggerUrl})
              API key       {state.ApiKey}
              Merchant      {state.MerchantName}, {state.MerchantId}
              Admin key     {state.AdminKey}
              Pages         {state.PagesUrl}
              Sign in as    {state.AdminEmail} (the merchant's admin) or {state.OperatorEmail} (the platform's)
              Password      {state.Password}  (no second factor: it is not required here; set one up under your account)
              Terminals     {Summary(state.Terminals)}
              Cloud (MQTT)  {state.Iot.Host}:{state.Iot.Port}, ALPN {DemoTerminals.MqttAlpn}, CA {state.Iot.CaFile}
              Cloud (HTTPS) {Aws(state)} iot list-things
              TAS           {state.Tas.Host}:{state.Tas.Port}
              Database      {state.DatabaseUrl}
              Data          {state.DataDirectory}{(state.Ephemeral ? " (removed at the end)" : "")}

            Kick a terminal:

            {Curl(state, next)}

            or, with the ladder as it happens:

            {ownCommand} kick {last}

            Make the cloud misbehave: {ownCommand} cloud --help

            Ctrl-C stops all of it.

            """);
    }

    /// <summary>
    /// How the AWS CLI talks to the cloud as its operator; what is to be done comes after it. The SDKs take the same variables
    /// and the same endpoint.
    /// </summary>
    public static string Aws(LocalState state) =>
        $"AWS_SHARED_CREDENTIALS_FILE={ShellWord.Quote(state.Iot.CredentialsFile)} AWS_CA_BUNDLE={ShellWord.Quote(state.Iot.CaFile)} aws --region {state.Iot.Region} --endpoint-url https://{state.Iot.Host}:{state.Iot.Port}";

    /// <summary>A kick that works when it is pasted.</summary>
    public static string Curl(LocalState state, string terminalId) =>
        $$"""curl -sw '\n' {{state.RelayUrl}}/v1/kicks -H 'Authorization: Bearer {{state.ApiKey}}' -H 'Content-Type: application/json' -H 'Prefer: wait=10' -d '{"terminalId":"{{terminalId}}","managementSystemId":"{{DemoTerminals.ManagementSystem}}","accessProtocol":"OPI_NL"}'""";

    private static string Summary(IReadOnlyList<string> ids) => ids.Count switch
    {
        0 => "none",
        <= 8 => string.Join(' ', ids),
        _ => $"{ids[0]} to {ids[^1]}",
    };
}
