using CloudKick.Relay.CloudConnect;
using CloudKick.Relay.Terminals;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CloudKick.Relay.OpenApi;

/// <summary>Says what parameters mean that mean the same everywhere, where an endpoint does not say it itself.</summary>
internal sealed class ParameterFilter : IOperationFilter
{
    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["terminalId"] = "The terminal's TMS ID: 1 to 16 letters, digits, `_` and `-`.",
        ["merchantId"] = "The merchant's id.",
        ["certificateId"] = "The certificate's id: 64 hexadecimal digits, in lower case.",
        ["keyId"] = "The key's public id: the third part of the key, 16 characters.",
        ["id"] = "The kick's id, from the answer to `POST /v1/kicks`.",
        ["presence"] = $"Only terminals of this presence: {string.Join(", ", PresenceState.All.Select(state => $"`{state}`"))}.",
        ["prefix"] = "Only terminals whose id begins with this.",
        ["unassigned"] = "`true`: only terminals that are no merchant's.",
        ["transferId"] = "The transfer's id.",
        ["changeId"] = "The change's id, from `GET /v1/whitelist-changes/last`.",
        ["format"] = "`json`, `csv` or `html`; left out: by `Accept`, JSON when it does not say.",
        ["lang"] = "The language of texts for people, by its code: `en`, `nl`, `fr` or `de`; left out: by `Accept-Language`, English when it does not say.",
        ["search"] = "Only entries with this in their terminal id or label, in any case.",
        ["state"] = "Only entries in this state: `active` (kicks are let through), `expired` or `unregistered` (no terminal of yours has the id).",
        ["step"] = $"Only terminals at this step: {string.Join(", ", PlanSteps.All.Select(step => $"`{step.Name()}`"))}.",
        ["dryRun"] = "`true`: judge the import and change nothing.",
    };

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            if (string.IsNullOrEmpty(parameter.Description) && Meanings.TryGetValue(parameter.Name ?? "", out var meaning))
                parameter.Description = meaning;
        }
    }
}
