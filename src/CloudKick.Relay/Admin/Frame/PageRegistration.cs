using CloudKick.Relay.Admin.Pages;
using CloudKick.Relay.Hosting;
using Microsoft.AspNetCore.CookiePolicy;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>Adds the pages; <c>Admin/README.md</c> tells their rules.</summary>
internal static class PageRegistration
{
    public const string ProblemPath = "/problem";

    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddFeatureOptions<PageOptions>(PageOptions.Section);
        services.AddSingleton<IValidateOptions<PageOptions>, PageOptionsValidator>();
        services.AddSingleton<Texts>();
        services.AddSingleton<IConfigureOptions<MvcOptions>, UnreadableFields>();
        services.AddSingleton<Navigation>();
        services.AddSingleton<PageClock>();
        services.AddSingleton<Assets>();
        services.AddSingleton<SignInWords>();
        services.AddSingleton<Mails>();
        services.AddHosted<ForgottenPasswords>();
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "__Host-cloudkick-form";
            antiforgery.Cookie.HttpOnly = true;
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.IsEssential = true;
            // Secure all the same, see UsePages: asked for here, it would be refused where TLS ends before the relay.
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.None;
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        services.AddRazorPages(pages => pages.RootDirectory = "/Admin/Pages")
            .AddMvcOptions(mvc =>
            {
                mvc.ModelMetadataDetailsProviders.Add(new EmptyFields());
                // What must be filled in the page says itself, in the reader's language.
                mvc.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;
                mvc.Filters.Add<SaidFilter>();
                mvc.Filters.Add<HandlerFilter>();
            });
        return services;
    }

    /// <summary>Before routing.</summary>
    public static IApplicationBuilder UsePages(this IApplicationBuilder app) => app.UseWhen(PageRequests.Is, pages => pages
        .UseStatusCodePagesWithReExecute(ProblemPath)
        .UseMiddleware<PageRequests>()
        .UseCookiePolicy(new CookiePolicyOptions { Secure = CookieSecurePolicy.Always, HttpOnly = HttpOnlyPolicy.Always }));

    public static void MapPages(this WebApplication app)
    {
        app.MapRazorPages();
        app.Services.GetRequiredService<Assets>().Map(app);
    }
}
