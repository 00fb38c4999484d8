namespace CloudKick.Terraform.Tests;

/// <summary>The configuration as the real Terraform sees it, with the provider's real schema.</summary>
internal sealed class ConfigurationTests
{
    private static readonly string[] Roots = [".", "examples/complete"];

    private SchemaServer _provider = null!;

    private static IEnumerable<string> TestFiles => Repository.TestFiles;

    [OneTimeSetUp]
    public async Task StartProvider()
    {
        TerraformBinary.IgnoreWithout();
        _provider = await SchemaServer.StartAsync();
    }

    [OneTimeTearDown]
    public void StopProvider() => _provider?.Dispose();

    [Test]
    public async Task It_is_formatted()
    {
        using var workspace = new Workspace();

        var result = await workspace.TerraformAsync(".", "fmt", "-check", "-recursive");

        Assert.That(result.ExitCode, Is.Zero, result.Text);
    }

    [TestCaseSource(nameof(Roots))]
    public async Task It_is_valid(string folder)
    {
        using var workspace = new Workspace(_provider);

        var result = await workspace.InitializedAsync(folder, "validate");

        Assert.That(result.ExitCode, Is.Zero, result.Text);
        Assert.That(result.Text, Does.Contain("The configuration is valid.").And.Not.Contain("Warning"));
    }

    [TestCaseSource(nameof(TestFiles))]
    public async Task Its_own_tests_pass(string file)
    {
        using var workspace = new Workspace(_provider);

        var result = await workspace.InitializedAsync(".", "test", $"-filter=tests/{file}");

        Assert.That(result.ExitCode, Is.Zero, result.Text);
        Assert.That(result.Text, Does.Match(@"Success! [1-9]\d* passed, 0 failed\."));
    }

    // What has only a schema cannot plan: nothing that was made here can pass for a plan.
    [Test]
    public async Task A_plan_is_refused()
    {
        using var workspace = new Workspace(_provider);

        var result = await workspace.InitializedAsync(
            ".", "plan", "-input=false", "-var=vpc_id=vpc-0", "-var=public_subnet_ids=[\"a\",\"b\"]", "-var=private_subnet_ids=[\"a\",\"b\"]",
            "-var=api_host_name=a.example", "-var=api_certificate_arn=arn:aws:acm:eu-central-1:123456789012:certificate/a", "-var=tas_host_name=b.example",
            "-var=image_tag=1");

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Text, Does.Contain("schema-only provider"));
    }

    [Test]
    public async Task Rendered_documents_are_those_that_Terraform_renders()
    {
        using var workspace = new Workspace();

        var result = await workspace.ScriptAsync("render.mjs", "--check", workspace.PathOf("rendered"));

        Assert.That(result.ExitCode, Is.Zero, result.Text);
    }
}
