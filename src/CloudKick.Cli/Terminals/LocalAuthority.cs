using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.LocalCloud;

namespace CloudKick.Cli.Terminals;

/// <summary>The certificate authority of a <c>local</c>, which may be running beside us.</summary>
/// <param name="Directory">Where it is.</param>
/// <param name="Local">The one that runs; null when only its directory is there.</param>
internal sealed record LocalAuthority(string Directory, LocalState? Local)
{
    /// <exception cref="CliException">There is none.</exception>
    public static LocalAuthority Find(string? dataDirectory, CommandContext context, Screen screen)
    {
        var local = new RunningLocals(UserDirectory.Of(context)).Choose(dataDirectory, screen);
        var data = local?.DataDirectory ?? (dataDirectory is null ? null : Path.GetFullPath(dataDirectory));
        if (data is null)
            throw CliException.Unavailable("No `cloudkick local` is running, so there is no authority to sign.", "Start it, or name its data directory with --data.");
        var directory = LocalSettings.CloudDirectoryIn(data);
        if (!System.IO.Directory.Exists(directory))
            throw CliException.Usage($"{data} is not the data directory of a `cloudkick local`.");
        return new(directory, local);
    }

    public DeviceCertificate Issue(string thingName)
    {
        using var authority = CertificateAuthority.Open(Directory);
        return authority.IssueDeviceCertificate(thingName);
    }
}
