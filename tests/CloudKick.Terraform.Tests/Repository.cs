namespace CloudKick.Terraform.Tests;

/// <summary>Where things are in the repository that the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Terraform { get; } = Path.Combine(Root, "terraform");

    public static string Check { get; } = Path.Combine(Terraform, "check");

    /// <summary>The test files of <c>terraform test</c>, without folder.</summary>
    public static IEnumerable<string> TestFiles =>
        Directory.EnumerateFiles(Path.Combine(Terraform, "tests"), "*.tftest.hcl").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    /// <summary>Terraform's own files: everything but the tools.</summary>
    public static IEnumerable<string> Configuration =>
        Directory.EnumerateFiles(Terraform, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Terraform, file))
            .Where(file => !file.StartsWith("check" + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "CloudKick.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("CloudKick.sln is in no directory above the tests: run them from the repository.");
    }
}
