using CloudKick.Relay.Security;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CloudKick.Relay.OpenApi;

/// <summary>Says which calls need a key, with which scope.</summary>
internal sealed class CallerFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<RequiredScope>().LastOrDefault() is not { } required)
            return;
        var scheme = new OpenApiSecuritySchemeReference(OpenApiRegistration.SecurityScheme, context.Document);
        operation.Security = [new OpenApiSecurityRequirement { [scheme] = [] }];
        operation.Description = string.Join("\n\n", new[] { operation.Description, $"Scope: `{required.Scope}`" }.Where(text => !string.IsNullOrEmpty(text)));
    }
}
