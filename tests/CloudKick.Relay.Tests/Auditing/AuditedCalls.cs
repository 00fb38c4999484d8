using System.Net;
using System.Text;
using CloudKick.Relay.Tests.Terminals;
using static CloudKick.Relay.Tests.Auditing.ExpectedChange;

namespace CloudKick.Relay.Tests.Auditing;

/// <summary>
/// Every call of the API that changes something, written down by hand: whoever adds one adds its line, here or under
/// <see cref="NotAudited"/>.
/// </summary>
internal static class AuditedCalls
{
    private const string Admin = "/v1/admin";

    public static readonly IReadOnlyDictionary<string, ExpectedChange> Lines = new Dictionary<string, ExpectedChange>
    {
        ["POST /v1/kicks/{id}/cancel"] = Api("Own kick.cancel", "POST", async world => (world.Till, $"/v1/kicks/{await world.KickAsync()}/cancel", null)),
        ["PUT /v1/whitelist/{terminalId}"] = Api(
            "Own whitelist.add", "PUT", async world => (world.Till, $"/v1/whitelist/{await world.TerminalAsync(world.Own)}", """{"label":"counter"}""")),
        ["DELETE /v1/whitelist/{terminalId}"] = Api(
            "Own whitelist.remove", "DELETE", async world => (world.Till, $"/v1/whitelist/{await world.ListedTerminalAsync()}", null)),
        ["POST /v1/whitelist/import"] = Api(
            "Own whitelist.add", "POST",
            async world => (world.Till, "/v1/whitelist/import", $$"""{"entries":[{"terminalId":"{{await world.TerminalAsync(world.Own)}}"}]}""")),
        ["POST /v1/whitelist-changes/{changeId:guid}/undo"] = Api(
            "Own whitelist.remove", "POST",
            async world => (world.Till, $"/v1/whitelist-changes/{await world.LastChangeAsync()}/undo", null)),
        ["POST /v1/transfers/{transferId:guid}/agree"] = Api(
            "Other terminal.transfer.agree, Own terminal.transfer.agree", "POST",
            async world => (world.Till, $"/v1/transfers/{(await world.TransferAsync()).TransferId}/agree", null)),
        ["POST /v1/transfers/{transferId:guid}/decline"] = Api(
            "Other terminal.transfer.decline, Own terminal.transfer.decline", "POST",
            async world => (world.Till, $"/v1/transfers/{(await world.TransferAsync()).TransferId}/decline", null)),

        ["POST /v1/api-keys/"] = Api(
            "Own api-key.create", "POST", world => Task.FromResult((world.Till, "/v1/api-keys", (string?)"""{"label":"till","scopes":["kicks:read"]}"""))),
        ["POST /v1/api-keys/{keyId}/rotate"] = Api(
            "Own api-key.create, Own api-key.rotate", "POST", async world => (world.Till, $"/v1/api-keys/{await world.KeyAsync(world.Own)}/rotate", """{"overlapSeconds":60}""")),
        ["POST /v1/api-keys/{keyId}/revoke"] = Api(
            "Own api-key.revoke", "POST", async world => (world.Till, $"/v1/api-keys/{await world.KeyAsync(world.Own)}/revoke", null)),

        [$"POST {Admin}/merchants/"] = Api("Fresh merchant.add", "POST", world => Task.FromResult((world.Operator, $"{Admin}/merchants", (string?)"""{"name":"Fresh"}"""))),
        [$"POST {Admin}/merchants/{{merchantId:guid}}/disable"] = Api(
            "To disable merchant.disable", "POST", async world => (world.Operator, $"{Admin}/merchants/{await world.Relay.AddMerchantAsync("To disable")}/disable", null)),
        [$"POST {Admin}/merchants/{{merchantId:guid}}/enable"] = Api(
            "To enable merchant.enable", "POST", async world => (world.Operator, $"{Admin}/merchants/{await world.DisabledAsync("To enable")}/enable", null)),
        [$"POST {Admin}/merchants/{{merchantId:guid}}/api-keys"] = Api(
            "Own api-key.create", "POST",
            world => Task.FromResult((world.Operator, $"{Admin}/merchants/{world.Own}/api-keys", (string?)"""{"label":"till","scopes":["kicks:read"]}"""))),
        [$"POST {Admin}/api-keys"] = Api(
            "platform api-key.create", "POST",
            world => Task.FromResult((world.Operator, $"{Admin}/api-keys", (string?)"""{"label":"operator","scopes":["platform:admin"]}"""))),
        [$"POST {Admin}/api-keys/{{keyId}}/rotate"] = Api(
            "Own api-key.create, Own api-key.rotate", "POST",
            async world => (world.Operator, $"{Admin}/api-keys/{await world.KeyAsync(world.Own)}/rotate", """{"overlapSeconds":60}""")),
        [$"POST {Admin}/api-keys/{{keyId}}/revoke"] = Api(
            "Own api-key.revoke", "POST", async world => (world.Operator, $"{Admin}/api-keys/{await world.KeyAsync(world.Own)}/revoke", null)),

        [$"POST {Admin}/terminals/"] = Api(
            "Own terminal.add", "POST",
            world => Task.FromResult((world.Operator, $"{Admin}/terminals", (string?)$$"""{"terminalId":"{{world.Name("NEW")}}","managementSystemId":"GrundmasterNL","merchantId":"{{world.Own}}"}"""))),
        [$"POST {Admin}/terminals/import"] = new(["platform terminal.add"], world => Task.FromResult<Func<Task<string?>>>(async () =>
        {
            var csv = Encoding.UTF8.GetBytes($"terminalId,managementSystemId\n{world.Name("NEW")},GrundmasterNL\n");
            var answer = await world.Operator.PostContentAsync($"{Admin}/terminals/import", csv, "text/csv", CancellationToken.None);
            return answer.Status == HttpStatusCode.OK ? null : answer.ToString();
        })),
        [$"PATCH {Admin}/terminals/{{terminalId}}"] = Api(
            "Own terminal.update", "PATCH", async world => (world.Operator, $"{Admin}/terminals/{await world.TerminalAsync(world.Own)}", """{"label":"counter"}""")),
        [$"PUT {Admin}/terminals/{{terminalId}}/merchant"] = Api(
            "Own terminal.assign", "PUT",
            async world => (world.Operator, $"{Admin}/terminals/{await world.TerminalAsync(null)}/merchant", $$"""{"merchantId":"{{world.Own}}"}""")),
        [$"DELETE {Admin}/terminals/{{terminalId}}/merchant"] = Api(
            "Own terminal.unassign", "DELETE", async world => (world.Operator, $"{Admin}/terminals/{await world.TerminalAsync(world.Own)}/merchant", null)),
        [$"POST {Admin}/transfers/"] = Api(
            "Other terminal.transfer.propose, Own terminal.transfer.propose", "POST",
            async world => (world.Operator, $"{Admin}/transfers", $$"""{"terminalId":"{{await world.TerminalAsync(world.Own)}}","merchantId":"{{world.Other}}"}""")),
        [$"POST {Admin}/transfers/{{transferId:guid}}/withdraw"] = Api(
            "Other terminal.transfer.withdraw, Own terminal.transfer.withdraw", "POST",
            async world => (world.Operator, $"{Admin}/transfers/{(await world.TransferAsync()).TransferId}/withdraw", null)),

        [$"POST {Admin}/terminals/{{terminalId}}/certificates"] = Api(
            "Own terminal.certificate.activate, Own terminal.certificate.create", "POST",
            async world => (world.Operator, $"{Admin}/terminals/{await world.TerminalAsync(world.Own)}/certificates", ChangeWorld.CertificateBody)),
        [$"POST {Admin}/terminals/{{terminalId}}/certificates/{{certificateId}}/deactivate"] = Api(
            "Own terminal.certificate.deactivate", "POST", async world => (world.Operator, await world.CertificateAsync() + "/deactivate", null)),
        [$"POST {Admin}/terminals/{{terminalId}}/certificates/{{certificateId}}/activate"] = Api(
            "Own terminal.certificate.activate", "POST", async world => (world.Operator, await world.CertificateAsync("deactivate") + "/activate", null)),
        [$"POST {Admin}/terminals/{{terminalId}}/certificates/{{certificateId}}/revoke"] = Api(
            "Own terminal.certificate.revoke", "POST", async world => (world.Operator, await world.CertificateAsync() + "/revoke", null)),
        [$"DELETE {Admin}/terminals/{{terminalId}}/certificates/{{certificateId}}"] = Api(
            "Own terminal.certificate.delete", "DELETE", async world => (world.Operator, await world.CertificateAsync("deactivate"), null)),
    };
}
