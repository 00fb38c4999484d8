using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Console;

namespace CloudKick.Relay.Hosting;

/// <summary>Logs to the console: one JSON object a line for machines, or one line for a developer's eyes.</summary>
internal static class LoggingRegistration
{
    // Below warnings these write out addresses with their queries, arguments and values as they came: one-time links, what was searched for.
    // No setting for them or for a wider category makes them do so, be it for all providers or for one.
    private static readonly string[] TellWhatCallersSend =
    [
        "Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Http.RequestDelegateFactory", "Microsoft.AspNetCore.Http.RequestDelegateGenerator",
        "Microsoft.AspNetCore.Http.Result", "Microsoft.AspNetCore.Mvc", "Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.StaticFiles",
    ];

    public static ILoggingBuilder AddRelayLogging(this ILoggingBuilder logging, IHostEnvironment environment)
    {
        logging.ClearProviders();
        // Whoever reads the log may be slow or gone: then entries are dropped, and said to be, but nothing waits for them.
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        logging.Services.AddSingleton<IExternalScopeProvider, LogScopes>();
        logging.Services.PostConfigure<LoggerFilterOptions>(KeepThemQuiet);
        return environment.IsDevelopment()
            ? logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
            })
            : logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                // Line ends are escaped all the same: one entry is one line.
                console.JsonWriterOptions = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
                console.UseUtcTimestamp = true;
                console.TimestampFormat = CultureInfo.InvariantCulture.DateTimeFormat.SortableDateTimePattern + ".fffZ";
            });
    }

    // A rule for a provider outranks every rule for all of them, however wide its category is: so each provider that has rules has these too.
    private static void KeepThemQuiet(LoggerFilterOptions filters)
    {
        string?[] providers = [null, .. filters.Rules.Select(rule => rule.ProviderName).OfType<string>().Distinct(StringComparer.Ordinal)];
        foreach (var provider in providers)
        {
            foreach (var category in TellWhatCallersSend)
                filters.Rules.Add(new LoggerFilterRule(provider, category, LogLevel.Warning, filter: null));
        }
    }
}
