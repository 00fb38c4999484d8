using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>Reports every fault of the database settings at once, by the names that the operator wrote.</summary>
internal sealed class DatabaseOptionsValidator : IValidateOptions<DatabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
    {
        List<string> faults =
        [
            .. ConnectionString("ConnectionStrings:CloudKick", options.ConnectionString, required: true,
                "set it to a login that is a member of cloudkick_service, for example Host=…;Database=cloudkick;Username=…;Password=…"),
            .. ConnectionString("ConnectionStrings:CloudKickOwner", options.OwnerConnectionString, options.MigrateAtStart,
                $"{DatabaseOptions.Section}:{nameof(options.MigrateAtStart)} is on and needs the schema's owner"),
            .. Between(nameof(options.CommandTimeout), options.CommandTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            .. Between(nameof(options.ConnectTimeout), options.ConnectTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)),
            .. Between(nameof(options.MaximumPoolSize), options.MaximumPoolSize, 2, 500),
            .. Between(nameof(options.MigrationLockTimeout), options.MigrationLockTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            .. Between(nameof(options.MigrationTimeout), options.MigrationTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        ];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> ConnectionString(string setting, string? value, bool required, string advice)
    {
        if (string.IsNullOrWhiteSpace(value))
            return required ? [$"{setting} is not set: {advice}."] : [];

        NpgsqlConnectionStringBuilder parsed;
        try
        {
            parsed = new NpgsqlConnectionStringBuilder(value);
        }
        catch (ArgumentException unreadable) // of which KeyNotFoundException's kind: Npgsql names the word that it does not know
        {
            return [$"{setting} cannot be read: {unreadable.Message}"];
        }

        return
        [
            .. string.IsNullOrEmpty(parsed.Host) ? [$"{setting} names no Host."] : Array.Empty<string>(),
            .. string.IsNullOrEmpty(parsed.Database) ? [$"{setting} names no Database."] : Array.Empty<string>(),
        ];
    }

    private static IEnumerable<string> Between<T>(string setting, T value, T minimum, T maximum)
        where T : IComparable<T> =>
        value.CompareTo(minimum) < 0 || value.CompareTo(maximum) > 0
            ? [$"{DatabaseOptions.Section}:{setting} is {value}; it must be from {minimum} to {maximum}."]
            : [];
}
