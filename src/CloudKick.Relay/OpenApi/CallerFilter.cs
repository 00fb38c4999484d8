using CloudKick.Relay.Security;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CloudKick.Relay.OpenApi;

/// <summary>Says which calls need a key, with which scope.</summary>
internal sealed class CallerFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<RequireScopeAttribute>().LastOrDefault() is not { } required)
            return;
        var scheme = new OpenApiSecuritySchemeReference(OpenApiRegistration.SecurityScheme, context.Document);
        operation.Security = [new OpenApiSecurityRequirement { [scheme] = [] }];
        operation.Description = string.Join("\n\n", new[] { operation.Description, $"Scope: `{Scope(required, context.ApiDescription.HttpMethod)}`" }.Where(text => !string.IsNullOrEmpty(text)));
    }

    // Of the platform's scopes a key can only have the one.
    private static string Scope(RequireScopeAttribute required, string? method) =>
        required.For(method ?? HttpMethods.Get) is var scope && Scopes.IsPlatform(scope) ? Scopes.PlatformAdmin : scope;
}
