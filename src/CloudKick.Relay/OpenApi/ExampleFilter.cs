using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CloudKick.Relay.OpenApi;

/// <summary>Puts <see cref="ApiExamples"/> into the description.</summary>
internal sealed class ExampleFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            // A query parameter's example would be sent whenever somebody tries the call.
            if (parameter.In is ParameterLocation.Path or ParameterLocation.Header && ApiExamples.Parameter(parameter.Name) is { } value)
                parameter.Example = value;
        }

        if (ApiExamples.Body(operation.OperationId) is { } body
            && operation.RequestBody?.Content?.TryGetValue("application/json", out var json) is true && json is OpenApiMediaType media)
            media.Example = body;
    }
}
