namespace CloudKick.Terraform.Tests;

/// <summary>The <c>terraform</c> program, which no package registry that this builds against has.</summary>
internal static class TerraformBinary
{
    private static readonly bool IsThere = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "terraform.exe" : "terraform")));

    /// <summary>
    /// Where there is none, the test is skipped, and the run says so: <c>tests/run</c> names what was not checked, and counts it neither as
    /// passed nor as failed.
    /// </summary>
    public static void IgnoreWithout()
    {
        if (!IsThere)
            Assert.Ignore("NOT CHECKED: there is no terraform on this machine (https://developer.hashicorp.com/terraform/install, 1.11 or newer).");
    }
}
