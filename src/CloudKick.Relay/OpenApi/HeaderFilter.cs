using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CloudKick.Relay.OpenApi;

/// <summary>Describes the headers that endpoints read.</summary>
internal sealed class HeaderFilter : IOperationFilter
{
    private const string IdempotencyKey = "Idempotency-Key";

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

        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(parameter => parameter.Name == IdempotencyKey))
        {
            parameter.Description =
                "1 to 255 visible ASCII characters, your choice, such as `order-1042-kick-1`. The same key with the same body within a day gives the same kick; with another "
                + "body it is refused. Send one with every kick, and the same one when you repeat it.";
        }
    }
}
