using CloudKick.Relay.Database;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Hosting;

/// <summary>Why a node did not start, for the person who started it.</summary>
public static class StartupFaults
{
    /// <summary>
    /// Every fault, a sentence each: of all settings at once, of the migrations, of a port that is taken. Null when it is none of
    /// these, and the exception itself must be seen.
    /// </summary>
    public static IReadOnlyList<string>? Describe(Exception exception) => exception switch
    {
        OptionsValidationException settings => [.. settings.Failures],
        AggregateException several => DescribeAll(several.InnerExceptions),
        InvalidOperationException { InnerException: OptionsValidationException inner } => Describe(inner),
        MigrationException migration => [migration.Message],
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } taken => [taken.Message],
        _ when DatabaseFailure.IsUnavailable(exception) => [$"The database is not available: {exception.Message}"],
        _ => null,
    };

    private static List<string>? DescribeAll(IEnumerable<Exception> exceptions)
    {
        var faults = new List<string>();
        foreach (var exception in exceptions)
        {
            if (Describe(exception) is not { } described)
                return null;
            faults.AddRange(described);
        }

        return faults;
    }
}
