using CloudKick.Relay.Admin;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Auditing;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.CloudConnect;
using CloudKick.Relay.Database;
using CloudKick.Relay.Diagnosis;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Health;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Mail;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.OpenApi;
using CloudKick.Relay.Overviews;
using CloudKick.Relay.Preconditions;
using CloudKick.Relay.Presence;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.RateLimits;
using CloudKick.Relay.Security;
using CloudKick.Relay.Sessions;
using CloudKick.Relay.Streams;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.Transfers;
using CloudKick.Relay.Users;
using CloudKick.Relay.Whitelist;

namespace CloudKick.Relay;

/// <summary>
/// The relay: its parts and their order. An executable by <c>Program.cs</c>; a part of another process by
/// <see cref="CreateBuilder"/>, settings and logging of the host's choice, and <see cref="Build"/>.
/// </summary>
public static class RelayApplication
{
    /// <summary>A builder with the relay's settings (<c>appsettings.json</c> beside the program, environment, arguments) and logging.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(RelayApplication).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.AddRelayLogging(builder.Environment);
        return builder;
    }

    /// <summary>The relay, ready to start.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Settings have faults, in one section.</exception>
    /// <exception cref="AggregateException">Settings have faults, in several sections; <see cref="StartupFaults"/> lists them all.</exception>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services
            .AddHosting()
            .AddDatabase()
            .AddProblems()
            .AddPreconditions()
            .AddRateLimits()
            .AddSecurity()
            .AddAuditing()
            .AddUsers()
            .AddMail()
            .AddMerchants()
            .AddWhitelist()
            .AddTerminals()
            .AddCloud()
            .AddPublishing()
            .AddStreams()
            .AddKicks()
            .AddPresence()
            .AddSessions()
            .AddTasListener()
            .AddDiagnosis()
            .AddMigration()
            .AddOverviews()
            .AddAdmin()
            .AddPages()
            .AddOpenApi()
            .AddHealth();

        var app = builder.Build();
        app.UseDraining();
        app.UseRequestSpans();
        app.UseProblems();
        app.UseOpenApi();
        app.UsePages();
        app.UseRouting();
        app.UseBodyLimit();
        app.UseRequestTimeouts();
        app.UseAccess();
        app.UseRateLimits();
        app.UseQueryTexts();

        app.MapKicks();
        app.MapWhitelist();
        app.MapTerminals();
        app.MapTransfers();
        app.MapDiagnosis();
        app.MapMigration();
        app.MapAdmin();
        app.MapAdminTerminals();
        app.MapAdminTransfers();
        app.MapAuditLog();
        app.MapPages();
        app.MapHealth();
        return app;
    }
}
