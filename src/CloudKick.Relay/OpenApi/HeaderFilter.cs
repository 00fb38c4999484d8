using CloudKick.Relay.Preconditions;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CloudKick.Relay.OpenApi;

/// <summary>Describes the headers that endpoints read, and the entity tags of their answers.</summary>
internal sealed class HeaderFilter : IOperationFilter
{
    private static readonly string[] TaggedStatuses = ["200", "201", "304"];

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var header in context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<RequestHeader>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Description = header.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<EntityTagged>().Any())
        {
            foreach (var response in TaggedStatuses.Select(status => operation.Responses?.GetValueOrDefault(status)).OfType<OpenApiResponse>())
            {
                response.Headers = new Dictionary<string, IOpenApiHeader>
                {
                    ["ETag"] = new OpenApiHeader
                    {
                        Description = "The answer's strong entity tag, for `If-Match` and `If-None-Match`: send it as it came, quotes included.",
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                };
            }
        }
    }
}
