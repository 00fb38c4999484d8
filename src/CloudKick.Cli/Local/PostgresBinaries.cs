using System.Globalization;
using System.Text.RegularExpressions;

namespace CloudKick.Cli.Local;

/// <summary>PostgreSQL's server programs on this machine.</summary>
/// <param name="Directory">Holds <c>postgres</c> and <c>initdb</c>.</param>
/// <param name="Major">The major version, 15 for 15.6.</param>
/// <param name="Version">As the server writes it.</param>
internal sealed partial record PostgresBinaries(string Directory, int Major, string Version)
{
    /// <summary>The oldest release that the schema works on.</summary>
    public const int OldestMajor = 15;

    private static readonly TimeSpan VersionTimeout = TimeSpan.FromSeconds(10);

    public string Server => Path.Combine(Directory, "postgres");

    public string InitDb => Path.Combine(Directory, "initdb");

    /// <summary>
    /// The first usable ones: on the path, then where packages of Debian, PostgreSQL's own repository, source builds and Homebrew
    /// put them (newest first), then where <c>pg_config</c> says.
    /// </summary>
    /// <param name="major">The version that an existing cluster needs; null for any from <see cref="OldestMajor"/> on.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<PostgresBinaries?> FindAsync(int? major, CancellationToken cancellationToken)
    {
        foreach (var directory in Candidates().Concat(await FromPgConfigAsync(cancellationToken)).Distinct())
        {
            if (await ReadAsync(directory, cancellationToken) is { } found && (major is null ? found.Major >= OldestMajor : found.Major == major))
                return found;
        }

        return null;
    }

    /// <summary>Reads <c>postgres (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1)</c>, <c>17beta1</c> too.</summary>
    public static PostgresBinaries? Parse(string directory, string versionLine) =>
        VersionPattern().Match(versionLine) is { Success: true } match
            ? new PostgresBinaries(directory, int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture), match.Groups["version"].Value)
            : null;

    /// <summary>Directories named like <paramref name="pattern"/> (one <c>*</c> for the version), the highest version first.</summary>
    public static IEnumerable<string> Versioned(string parent, string pattern, string below) =>
        System.IO.Directory.Exists(parent)
            ? System.IO.Directory.EnumerateDirectories(parent, pattern)
                .OrderByDescending(directory => double.TryParse(
                    NumberPattern().Match(Path.GetFileName(directory)).ValueSpan, CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(directory => Path.Combine(directory, below))
            : [];

    private static IEnumerable<string> Candidates() =>
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        .. Versioned("/usr/lib/postgresql", "*", "bin"),
        .. Versioned("/usr", "pgsql-*", "bin"),
        "/usr/local/pgsql/bin",
        .. Versioned("/opt/homebrew/opt", "postgresql@*", "bin"),
        "/opt/homebrew/bin",
        .. Versioned("/usr/local/opt", "postgresql@*", "bin"),
    ];

    private static async Task<IEnumerable<string>> FromPgConfigAsync(CancellationToken cancellationToken) =>
        CommandRun.Find("pg_config") is { } pgConfig
        && await CommandRun.RunAsync([pgConfig, "--bindir"], VersionTimeout, cancellationToken) is { ExitCode: 0 } run
            ? [run.Output.Trim()]
            : [];

    private static async Task<PostgresBinaries?> ReadAsync(string directory, CancellationToken cancellationToken)
    {
        var server = Path.Combine(directory, "postgres");
        if (!File.Exists(server) || !File.Exists(Path.Combine(directory, "initdb")))
            return null;
        var run = await CommandRun.RunAsync([server, "--version"], VersionTimeout, cancellationToken);
        return run.ExitCode == 0 ? Parse(directory, run.Output) : null;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (?<version>(?<major>\d+)[\w.]*)", RegexOptions.CultureInvariant)]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"\d+(\.\d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex NumberPattern();
}
