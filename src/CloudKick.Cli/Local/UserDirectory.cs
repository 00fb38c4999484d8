using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Local;

/// <summary>
/// The user's own place: where <c>local</c> keeps its data unless told otherwise, and where it says that it runs.
/// <c>CLOUDKICK_HOME</c> moves it.
/// </summary>
/// <param name="Root">Absolute.</param>
internal sealed record UserDirectory(string Root)
{
    public const string Variable = "CLOUDKICK_HOME";

    /// <summary>The data of <c>local</c>.</summary>
    public string Data => Path.Combine(Root, "local");

    /// <summary>One file for each <c>local</c> that runs.</summary>
    public string Running => Path.Combine(Root, "running");

    public static UserDirectory Of(CommandContext context)
    {
        if (context.NonEmpty(Variable) is { } chosen)
            return new(Path.GetFullPath(chosen));
        // Root's PostgreSQL runs as another user, who cannot enter root's home.
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
            return new("/var/lib/cloudkick");
        // A user without a home, as in some containers, still gets a place.
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return new(Directory.Exists(home)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "cloudkick")
            : Path.Combine(Path.GetTempPath(), $"cloudkick-{Environment.UserName}"));
    }
}
