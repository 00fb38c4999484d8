using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CloudKick.Relay.Hosting;

/// <summary>Logs to the console: one JSON object a line for machines, or one line for a developer's eyes.</summary>
internal static class LoggingRegistration
{
    public static ILoggingBuilder AddRelayLogging(this ILoggingBuilder logging, IHostEnvironment environment)
    {
        logging.ClearProviders();
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
