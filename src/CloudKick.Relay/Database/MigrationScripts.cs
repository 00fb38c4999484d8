using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace CloudKick.Relay.Database;

/// <summary>The migrations that this release carries, and the rules that their files keep.</summary>
public static partial class MigrationScripts
{
    private const string ResourceFolder = "migrations/";

    /// <summary>The files of <c>sql/migrations</c> as built into this release, in order.</summary>
    /// <exception cref="MigrationException">A file breaks the rules.</exception>
    public static IReadOnlyList<Migration> Embedded()
    {
        var assembly = typeof(MigrationScripts).Assembly;
        return Parse(assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourceFolder, StringComparison.Ordinal))
            .Select(name => new Migration(name[ResourceFolder.Length..], Read(assembly, name))));
    }

    /// <summary>
    /// Puts migrations in order, by name. Names are <c>yyyy-MM-dd_nn_what_it_does.sql</c> with a real date, each date and number
    /// once; the text is not empty and leaves beginning and ending the transaction to the runner.
    /// </summary>
    /// <exception cref="MigrationException">Rules are broken; the message lists every fault.</exception>
    public static IReadOnlyList<Migration> Parse(IEnumerable<Migration> scripts)
    {
        var ordered = scripts.OrderBy(script => script.Name, StringComparer.Ordinal).ToList();
        List<string> faults = [.. ordered.SelectMany(Faults), .. SharedPlaces(ordered)];
        return faults.Count == 0 ? ordered : throw new MigrationException(faults);
    }

    private static IEnumerable<string> Faults(Migration script)
    {
        var name = NamePattern().Match(script.Name);
        if (!name.Success || !DateOnly.TryParseExact(name.Groups["date"].ValueSpan, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            yield return $"{script.Name}: a migration's name is yyyy-MM-dd_nn_what_it_does.sql, for example 2026-11-21_01_create_merchants.sql.";
        if (string.IsNullOrWhiteSpace(script.Sql))
            yield return $"{script.Name}: the file is empty.";
        if (TransactionControlPattern().IsMatch(script.Sql))
            yield return $"{script.Name}: each file runs in one transaction that the runner begins and commits; take the transaction commands out.";
    }

    private static IEnumerable<string> SharedPlaces(IEnumerable<Migration> ordered) =>
        from script in ordered
        group script.Name by NamePattern().Match(script.Name).Groups["place"].Value into place
        where place.Key.Length > 0 && place.Count() > 1
        select $"{string.Join(", ", place)}: same date and number, so their order is by accident; renumber one.";

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^(?<place>(?<date>\d{4}-\d{2}-\d{2})_\d{2})_[a-z0-9]+(_[a-z0-9]+)*\.sql\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    // `begin` and `end` without these forms belong to PL/pgSQL blocks.
    [GeneratedRegex(@"^\s*(begin|start\s+transaction|commit|rollback)(\s+(work|transaction))?\s*;", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TransactionControlPattern();
}
