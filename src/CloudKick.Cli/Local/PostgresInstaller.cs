namespace CloudKick.Cli.Local;

/// <summary>
/// Installs PostgreSQL's server where that takes no question: Linux, root, <c>apt-get</c>. Elsewhere it says what to install.
/// </summary>
internal static class PostgresInstaller
{
    // Debian's package makes and starts a cluster of its own on port 5432 unless told not to. This drop-in is its documented way
    // to be told; it is there only while the package installs.
    private const string DropIn = "/etc/postgresql-common/createcluster.d/cloudkick.conf";

    public static async Task InstallAsync(PrivatePostgresOptions options, Action<string>? progress, CancellationToken cancellationToken)
    {
        var aptGet = CommandRun.Find("apt-get");
        if (!options.MayInstall || !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || aptGet is null)
            throw new PrivatePostgresException(Advice(OperatingSystem.IsMacOS(), OperatingSystem.IsLinux() ? ReadOsRelease() : []));

        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(DropIn)!);
        await File.WriteAllTextAsync(DropIn, "create_main_cluster = false\n", cancellationToken);
        try
        {
            progress?.Invoke("PostgreSQL is not installed: reading the package lists (apt-get update)");
            await AptAsync([aptGet, "update"]);
            progress?.Invoke("Installing PostgreSQL (apt-get install postgresql)");
            await AptAsync([aptGet, "install", "--yes", "--no-install-recommends", "postgresql"]);
        }
        finally
        {
            File.Delete(DropIn);
        }

        async Task AptAsync(string[] command)
        {
            var environment = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" };
            var run = await CommandRun.RunAsync(command, options.InstallTimeout, cancellationToken, environment);
            if (run.ExitCode != 0)
                throw new PrivatePostgresException($"`{string.Join(' ', command)}` failed: {run.LastLine}. Install PostgreSQL {PostgresBinaries.OldestMajor} or newer by hand{OrUseAnother}.");
        }
    }

    /// <summary>One line on what to install on this system.</summary>
    public static string Advice(bool macOs, IEnumerable<string> osRelease)
    {
        var families = osRelease
            .Select(line => line.Split('=', 2))
            .Where(pair => pair is ["ID" or "ID_LIKE", _])
            .SelectMany(pair => pair[1].Trim('"', '\'').Split(' '))
            .ToHashSet(StringComparer.Ordinal);
        var command = macOs ? "brew install postgresql@17"
            : families.Overlaps(["debian", "ubuntu"]) ? "sudo apt-get install postgresql"
            : families.Overlaps(["fedora", "rhel", "centos"]) ? "sudo dnf install postgresql-server"
            : families.Overlaps(["suse", "opensuse"]) ? "sudo zypper install postgresql-server"
            : families.Contains("alpine") ? "apk add postgresql"
            : families.Contains("arch") ? "sudo pacman -S postgresql"
            : "see https://www.postgresql.org/download/";
        return $"PostgreSQL's server ({PostgresBinaries.OldestMajor} or newer) is not on this machine. Install it: {command}{OrUseAnother}.";
    }

    private const string OrUseAnother = ", or point ConnectionStrings__CloudKick at a server that is running";

    private static string[] ReadOsRelease() => File.Exists("/etc/os-release") ? File.ReadAllLines("/etc/os-release") : [];
}
