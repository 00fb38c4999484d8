namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Debian's nss_wrapper: names that resolve for one process as a file says, which may change while it runs.</summary>
internal static class NameService
{
    /// <summary>The environment of a process that resolves by this file first, written like <c>/etc/hosts</c>.</summary>
    public static Dictionary<string, string> Of(string hosts) => new() { ["LD_PRELOAD"] = Library(), ["NSS_WRAPPER_HOSTS"] = hosts };

    private static string Library() => Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu")
        .Select(directory => Path.Combine(directory, "libnss_wrapper.so"))
        .FirstOrDefault(File.Exists) ?? throw new AssertionException("This test needs nss_wrapper: apt-get install libnss-wrapper");
}
