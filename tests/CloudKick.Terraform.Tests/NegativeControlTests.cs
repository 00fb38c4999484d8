namespace CloudKick.Terraform.Tests;

/// <summary>The checks notice what they are there for: each change for the worse fails, and for its own reason.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class NegativeControlTests
{
    private SchemaServer? _provider;

    private static IEnumerable<TestCaseData> Changes => Mutations.All.Select(mutation => new TestCaseData(mutation).SetArgDisplayNames(mutation.What));

    [OneTimeSetUp]
    public async Task StartProvider()
    {
        TerraformBinary.IgnoreWithout();
        _provider = await SchemaServer.StartAsync();
    }

    [OneTimeTearDown]
    public void StopProvider() => _provider?.Dispose();

    [TestCaseSource(nameof(Changes))]
    public async Task A_change_for_the_worse_is_noticed(Mutation mutation)
    {
        using var workspace = new Workspace(_provider);
        workspace.Replace(mutation.File, mutation.Text, mutation.Replacement);

        var result = await RunAsync(mutation.Check, workspace);

        var words = string.Join(' ', result.Text.Split([' ', '\n', '\r', '│', '╷', '╵'], StringSplitOptions.RemoveEmptyEntries));
        Assert.That(result.ExitCode, Is.Not.Zero, result.Text);
        Assert.That(words, Does.Match(mutation.Message));
    }

    private static async Task<ToolResult> RunAsync(Check check, Workspace workspace) => check switch
    {
        Check.Format => await workspace.TerraformAsync(".", "fmt", "-check", "-recursive"),
        Check.Valid => await workspace.InitializedAsync(".", "validate"),
        Check.PolicyTests => await workspace.InitializedAsync(".", "test", "-filter=tests/policies.tftest.hcl"),
        Check.DeploymentTests => await workspace.InitializedAsync(".", "test", "-filter=tests/deployment.tftest.hcl"),
        Check.ExampleTests => await workspace.InitializedAsync(".", "test", "-filter=tests/example.tftest.hcl"),
        Check.Rendered => await workspace.ScriptAsync("render.mjs", "--check", workspace.PathOf("rendered")),
        Check.Actions => await RenderedAsync(workspace) is { ExitCode: not 0 } failed ? failed : await workspace.ScriptAsync("actions.mjs", workspace.PathOf("rendered")),
        Check.Rules => await workspace.ScriptAsync("rules.mjs", workspace.Folder),
        Check.Manifests => await workspace.ScriptAsync("manifests.mjs", workspace.PathOf("kubernetes")),
        Check.Readme => await workspace.ScriptAsync("readme.mjs", "--check", workspace.Folder),
        _ => throw new ArgumentOutOfRangeException(nameof(check), check, null),
    };

    private static Task<ToolResult> RenderedAsync(Workspace workspace) => workspace.ScriptAsync("render.mjs", workspace.PathOf("rendered"));
}
