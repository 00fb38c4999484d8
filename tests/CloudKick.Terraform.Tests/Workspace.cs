namespace CloudKick.Terraform.Tests;

/// <summary>
/// A copy of the configuration in which Terraform and the checks run, so that nothing is left in the tree and a test may change what it
/// likes. Terraform in it reads nobody's configuration and calls nobody.
/// </summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cloudkick-terraform-");
    private readonly Dictionary<string, string> _environment;

    /// <param name="provider">What serves the provider's schema; null where no provider is needed.</param>
    public Workspace(SchemaServer? provider = null)
    {
        foreach (var file in Repository.Configuration)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
            File.Copy(Path.Combine(Repository.Terraform, file), PathOf(file));
        }
        var configuration = Path.Combine(_folder.FullName, "terraform.rc");
        File.WriteAllText(configuration, "disable_checkpoint = true\n");
        _environment = new()
        {
            ["TF_CLI_CONFIG_FILE"] = configuration,
            ["TF_DATA_DIR"] = Path.Combine(_folder.FullName, "data"),
            ["TF_IN_AUTOMATION"] = "1",
            ["CHECKPOINT_DISABLE"] = "1",
            ["TF_REATTACH_PROVIDERS"] = provider?.Reattach ?? "",
        };
    }

    public string Folder => Path.Combine(_folder.FullName, "terraform");

    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Replaces a text that must be there.</summary>
    public void Replace(string file, string text, string replacement)
    {
        var before = File.ReadAllText(PathOf(file));
        Assert.That(before, Does.Contain(text), $"{file} has changed: this replaces nothing any more.");
        File.WriteAllText(PathOf(file), before.Replace(text, replacement, StringComparison.Ordinal));
    }

    /// <summary>Runs Terraform in a folder of the copy.</summary>
    public Task<ToolResult> TerraformAsync(string folder, params string[] arguments) =>
        Tool.RunAsync("terraform", [.. arguments, "-no-color"], PathOf(folder), _environment, Tool.TerraformTimeout);

    /// <summary>Runs Terraform after <c>init</c>; what is returned is the first of the two that failed.</summary>
    public async Task<ToolResult> InitializedAsync(string folder, params string[] arguments)
    {
        var initialized = await TerraformAsync(folder, "init", "-backend=false", "-input=false");
        return initialized.ExitCode == 0 ? await TerraformAsync(folder, arguments) : initialized;
    }

    /// <summary>Runs one of the scripts in <c>terraform/check</c> on the copy.</summary>
    public Task<ToolResult> ScriptAsync(string script, params string[] arguments) =>
        Tool.RunAsync("node", [Path.Combine(Repository.Check, script), .. arguments], Folder, _environment, Tool.NodeTimeout);

    public void Dispose() => _folder.Delete(recursive: true);
}
