using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Console;

namespace CloudKick.Relay.Hosting;

/// <summary>Logs to the console: one JSON object a line for machines, or one line for a developer's eyes.</summary>
internal static class LoggingRegistration
{
    public static ILoggingBuilder AddRelayLogging(this ILoggingBuilder logging, IHostEnvironment environment)
    {
        logging.ClearProviders();
        // Whoever reads the log may be slow or gone: then entries are dropped, and said to be, but nothing waits for them.
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
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
}
