using Microsoft.OpenApi;

namespace CloudKick.Relay.OpenApi;

/// <summary>Adds the API's description: <c>/swagger/v1/swagger.json</c>, and <c>/swagger</c> to read and try it.</summary>
internal static class OpenApiRegistration
{
    public const string DocumentPath = "/swagger/v1/swagger.json";
    public const string SecurityScheme = "ApiKey";
    private const string Document = "v1";
    private const string Path = "/swagger";

    public static IServiceCollection AddOpenApi(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        return services.AddSwaggerGen(swagger =>
        {
            swagger.SwaggerDoc(Document, new OpenApiInfo
            {
                Title = "CloudKick",
                Version = Document,
                Description =
                    "Makes a payment terminal connect to the TAS, so that a web shop's till and the terminal are coupled.\n\n"
                    + "Every error is `application/problem+json` (RFC 9457) with a stable `code`; `retrySafe` says whether the same request may be "
                    + "sent again. Times are RFC 3339 in UTC. Unknown members of a request are refused.",
            });
            swagger.AddSecurityDefinition(SecurityScheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key, `ck_<environment>_<id>_<secret>`: paste it as it is, without `Bearer`.",
            });
            swagger.IncludeXmlComments(typeof(OpenApiRegistration).Assembly);
            swagger.SupportNonNullableReferenceTypes();
            swagger.CustomSchemaIds(SchemaNames.Of);
            swagger.DocumentFilter<TagFilter>();
            swagger.OperationFilter<CallerFilter>();
            swagger.OperationFilter<HeaderFilter>();
            swagger.OperationFilter<ParameterFilter>();
            swagger.OperationFilter<ExampleFilter>();
            swagger.OperationFilter<ProblemFilter>();
        });
    }

    /// <summary>Before the API keys: the description is for everybody.</summary>
    public static IApplicationBuilder UseOpenApi(this IApplicationBuilder app) =>
        app.UseWhen(context => context.Request.Path.StartsWithSegments(Path), static description => description
            .UseSwagger()
            .UseSwaggerUI(static ui =>
            {
                ui.SwaggerEndpoint(DocumentPath, "CloudKick v1");
                ui.DocumentTitle = "CloudKick API";
                ui.EnablePersistAuthorization();
                ui.DisplayRequestDuration();
            }));
}
