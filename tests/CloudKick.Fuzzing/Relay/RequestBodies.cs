using System.Text.Json.Serialization.Metadata;
using CloudKick.Relay.Admin;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.Certificates;
using CloudKick.Relay.Times;
using CloudKick.Relay.Whitelist;
using FluentValidation;

namespace CloudKick.Fuzzing.Relay;

/// <summary>One of the API's bodies.</summary>
/// <param name="Name">The contract's name, also in the OpenAPI document.</param>
/// <param name="Members">What may stand in it.</param>
/// <param name="Type">How the relay reads it.</param>
/// <param name="Judge">Holds it against its rules; null when it keeps them.</param>
internal sealed record RequestBody(string Name, JsonMember[] Members, JsonTypeInfo Type, Func<object, ProblemResult?> Judge);

/// <summary>The API's bodies, each with its rules as its endpoint applies them.</summary>
internal static class RequestBodies
{
    private const string Csr = "\"-----BEGIN CERTIFICATE REQUEST-----\\nMIHQMHgCAQAwFjEUMBIGA1UEAwwLTkwwMDAxMDEtY3M=\\n-----END CERTIFICATE REQUEST-----\"";

    private static readonly JsonMember TerminalId = new("terminalId", "\"NL000101\"", "\"T\"", "\"a-b_c\"");
    private static readonly JsonMember Label = new("label", "\"Counter 1\"", "\"\"", "\"Kassa é€😀\"", "null");
    private static readonly JsonMember EnabledUntil = new("enabledUntil", "\"2027-01-31T23:59:59+01:00\"", "\"2027-01-31T22:59:59.123456Z\"", "\"\"", "null");
    private static readonly JsonMember ConnectMode = new("connectMode", "\"1.0\"", "\"2.0\"", "\"both\"", "null");
    private static readonly JsonMember Firmware = new("firmwareVersion", "\"14.0.11.01\"", "\"1.2\"", "null");
    private static readonly JsonMember Topic = new("subscriptionTopic", "\"NL-CAT\"", "null");
    private static readonly JsonMember Template = new("topicTemplate", "\"{subscriptionTopic}/{terminalId}\"", "\"a/b\"", "null");
    private static readonly JsonMember MerchantId = new("merchantId", "\"0197f7a0-0000-7000-8000-000000000001\"", "null");

    public static IReadOnlyList<RequestBody> All(RelayParts relay)
    {
        var kickRules = relay.Get<IValidator<KickRequest>>();
        JsonTypeInfo Type<T>() => relay.Json.GetTypeInfo(typeof(T));
        return
        [
            new("KickRequest",
                [
                    TerminalId, new("managementSystemId", "\"GrundmasterNL\"", "\"08900000002\""), new("accessProtocol", "\"OPI_NL\""),
                    new("reference", "\"order-1042\"", "\"é€😀\"", "null"), new("ttlSeconds", "5", "300", "null"), new("onOffline", "\"try\"", "\"refuse\""),
                    new("ip", "\"192.168.1.17\"", "\"::1\"", "null"), new("port", "4105", "null"),
                ],
                Type<KickRequest>(), body => Of(kickRules.Validate((KickRequest)body))),
            new("WhitelistPut", [Label, EnabledUntil], Type<WhitelistPut>(), body => Judge((WhitelistPut)body)),
            new("WhitelistImport",
                [new("entries", "[]", "[{\"terminalId\":\"NL1\"},{\"terminalId\":\"NL2\",\"label\":\"x\"}]", "[{\"terminalId\":\"A\"},{\"terminalId\":\"A\"}]", "[null]", "null")],
                Type<WhitelistImport>(), body => Judge((WhitelistImport)body)),
            new("MerchantRequest", [new("name", "\"Bakkerij De Korenbloem\"", "\" \"")],
                Type<MerchantRequest>(), body => Of(MerchantRequestValidator.Instance.Validate((MerchantRequest)body))),
            new("ApiKeyRequest",
                [Label, new("scopes", "[\"kicks:write\",\"kicks:read\"]", "[]", "[null]", "null"), new("expiresAt", "\"2030-01-01T00:00:00+02:00\"", "null")],
                Type<ApiKeyRequest>(), body => Judge((ApiKeyRequest)body)),
            new("TerminalPost",
                [TerminalId, new("managementSystemId", "\"GrundmasterNL\"", "\"no-such\""), MerchantId, new("thingName", "\"NL000101\"", "\"a:b\"", "null"), Label, Firmware, ConnectMode, Topic, Template],
                Type<TerminalPost>(), body => Judge((TerminalPost)body)),
            new("TerminalPatch", [Label, Firmware, ConnectMode, Topic, Template],
                Type<TerminalPatch>(), body => Of(TerminalRules.Instance.Validate(((TerminalPatch)body).ApplyTo(new TerminalSettings())))),
            new("TerminalAssignment", [MerchantId], Type<TerminalAssignment>(), _ => null),
            new("CertificatePost", [new("certificateSigningRequest", Csr, "\"\"", "null")], Type<CertificatePost>(), body => Judge((CertificatePost)body)),
        ];
    }

    private static ProblemResult? Of(FluentValidation.Results.ValidationResult result) => result.IsValid ? null : Problem.Invalid(result);

    private static ProblemResult? Judge(WhitelistPut body)
    {
        var line = new WhitelistLine("NL000101", body.Label, body.EnabledUntil);
        var validation = WhitelistRules.Instance.Validate(line);
        if (validation.IsValid)
            WhitelistRules.ToSetting(line);
        return Of(validation);
    }

    private static ProblemResult? Judge(WhitelistImport body)
    {
        var file = WhitelistImportFile.FromJson(body);
        return file.Faults.Count == 0 ? null : Problem.Invalid(file.Faults.Select(fault => new FieldError(fault.Field, fault.Message)));
    }

    private static ProblemResult? Judge(ApiKeyRequest body) => ApiKeyEndpoints.TryReadEnd(body, out var expiresAt)
        ? Of(NewApiKeyValidator.Instance.Validate(new NewApiKey(null, "test", body.Label ?? "", body.Scopes ?? [], expiresAt)))
        : Problem.Invalid("expiresAt", Rfc3339.Rule);

    private static ProblemResult? Judge(TerminalPost body) =>
        Of(TerminalPostValidator.Instance.Validate(body)) ?? Of(TerminalRules.Instance.Validate(body.Settings()));

    private static ProblemResult? Judge(CertificatePost body) =>
        SigningRequest.TryRead(body.CertificateSigningRequest, out _, out var fault) ? null : Problem.Invalid("certificateSigningRequest", fault);
}
