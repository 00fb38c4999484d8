using System.Globalization;
using System.Text.Json.Nodes;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CloudKick.Relay.OpenApi;

/// <summary>Describes every problem that a call may answer with: what its endpoint declares, and what all calls of its kind share.</summary>
internal sealed class ProblemFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Responses ??= [];
        var schema = context.SchemaGenerator.GenerateSchema(typeof(ProblemBody), context.SchemaRepository);
        foreach (var ofStatus in Problems(operation, context).Distinct().GroupBy(problem => problem.Status))
        {
            var status = ofStatus.Key.ToString(CultureInfo.InvariantCulture);
            operation.Responses[status] = new OpenApiResponse
            {
                Description = string.Join("; ", ofStatus.Select(problem => $"`{problem.Code}`: {problem.Title}")),
                Headers = Headers(ofStatus.Key),
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    [ProblemResult.ContentType] = new OpenApiMediaType
                    {
                        Schema = schema,
                        Examples = ofStatus.ToDictionary(problem => problem.Code, IOpenApiExample (problem) => Example(problem)),
                    },
                },
            };
        }
    }

    private static IEnumerable<ProblemType> Problems(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        var declared = metadata.OfType<ProducedProblems>().SelectMany(produced => produced.Types);
        if (!metadata.OfType<RequireScopeAttribute>().Any())
            return declared;
        ProblemType[] ofBody = operation.RequestBody is null
            ? []
            : [ProblemTypes.InvalidRequest, ProblemTypes.PayloadTooLarge, ProblemTypes.UnsupportedMediaType];
        return
        [
            .. declared, .. ofBody, ProblemTypes.Unauthorized, ProblemTypes.InsufficientScope, ProblemTypes.RateLimited, ProblemTypes.InternalError,
            ProblemTypes.DatabaseUnavailable, ProblemTypes.TimedOut,
        ];
    }

    private static Dictionary<string, IOpenApiHeader>? Headers(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Header("WWW-Authenticate", "The scheme, `Bearer`, and what was wrong.", JsonSchemaType.String),
        StatusCodes.Status412PreconditionFailed => Header("ETag", "The entity tag that it has now; none when it does not exist.", JsonSchemaType.String),
        StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable =>
            Header("Retry-After", "After how many seconds to try again.", JsonSchemaType.Integer),
        _ => null,
    };

    private static Dictionary<string, IOpenApiHeader> Header(string name, string description, JsonSchemaType type) =>
        new() { [name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } } };

    private static OpenApiExample Example(ProblemType problem)
    {
        var body = new JsonObject
        {
            ["type"] = problem.Uri,
            ["title"] = problem.Title,
            ["status"] = problem.Status,
            ["detail"] = "What happened this time, and what to do about it.",
            ["code"] = problem.Code,
            ["retrySafe"] = problem.Retry == Retry.Safe,
            ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
        };
        if (problem == ProblemTypes.InvalidRequest)
            body["errors"] = new JsonArray(new JsonObject { ["field"] = "terminalId", ["message"] = "is required" });
        if (problem == ProblemTypes.PreconditionFailed)
            body["currentTag"] = "\"pK1l2fDTYw0Yq8gkYc0u3A\"";
        return new OpenApiExample { Summary = problem.Title, Value = body };
    }
}
