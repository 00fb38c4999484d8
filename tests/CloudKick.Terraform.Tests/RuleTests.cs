namespace CloudKick.Terraform.Tests;

/// <summary>What can be checked without Terraform.</summary>
internal sealed class RuleTests
{
    [TestCase("rules.mjs")]
    [TestCase("readme.mjs", "--check")]
    public async Task Rules_that_no_schema_holds_are_kept(string script, params string[] arguments)
    {
        using var workspace = new Workspace();

        var result = await workspace.ScriptAsync(script, [.. arguments, workspace.Folder]);

        Assert.That(result.ExitCode, Is.Zero, result.Text);
    }

    [Test]
    public async Task Every_action_in_a_policy_is_one_that_AWS_has()
    {
        using var workspace = new Workspace();

        var result = await workspace.ScriptAsync("actions.mjs", workspace.PathOf("rendered"));

        Assert.That(result.ExitCode, Is.Zero, result.Text);
        Assert.That(result.Text, Does.Match(@"^[1-9]\d+ actions checked"));
    }

    [Test]
    public async Task Kubernetes_manifests_fit_together()
    {
        using var workspace = new Workspace();

        var result = await workspace.ScriptAsync("manifests.mjs", workspace.PathOf("kubernetes"));

        Assert.That(result.ExitCode, Is.Zero, result.Text);
    }

    [Test]
    public void Nothing_of_Terraforms_is_left_in_the_tree()
    {
        var left = Repository.Configuration.Where(file => file.Contains(".terraform", StringComparison.Ordinal) || file.Contains(".tfstate", StringComparison.Ordinal));

        Assert.That(left, Is.Empty);
    }

    // The lock files are the same on every machine: they name no registry.
    [TestCase("package-lock.json")]
    [TestCase("sources/package-lock.json")]
    public void Packages_are_locked_without_a_registrys_name(string file)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Check, file));

        Assert.That(text, Does.Contain("\"integrity\""));
        Assert.That(text, Does.Not.Contain("\"resolved\""));
    }
}
