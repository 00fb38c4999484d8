using CloudKick.Cli.CommandLine;
using CloudKick.LocalCloud;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary><c>doctor cloud</c> against LocalCloud, which goes by policies as AWS does.</summary>
internal sealed class DoctorCloudTests
{
    private const string NoPublish = """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Action":["iot:Connect","iot:Subscribe","iot:Receive"],"Resource":"*"}]}
        """;

    private const string NoReceive = """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Action":["iot:Connect","iot:Subscribe","iot:Publish"],"Resource":"*"}]}
        """;

    private const string NoSubscribe = """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Action":["iot:Connect","iot:Publish"],"Resource":"*"}]}
        """;

    private static readonly CloudIdentity Reader = new(
        "reader", "AKIAREADERREADER2222", "reader-secret-canary", null,
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:DescribeEndpoint","Resource":"*"}]}""");

    [Test, CancelAfter(60_000)]
    public async Task All_is_well_where_terraforms_policies_are(CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken);

        var run = await DoctorRun.OfAsync("cloud", [.. cloud.Options(), "--profile", "relay"], cancellationToken);

        Assert.That(run.Verdicts, Is.EqualTo(new[] { "credentials ok", "endpoint ok", "mqtt ok", "presence ok", "publish-mqtt ok", "publish-https ok", "publish-signed ok" }));
        Assert.That(run.Evidence("credentials"), Does.Contain("AKIA").And.Contain("profile relay"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done));
        var secrets = File.ReadLines(cloud.Server.CredentialsFile).Where(line => line.Contains("secret", StringComparison.Ordinal)).Select(line => line.Split('=', 2)[1].Trim());
        Assert.That(secrets.Where(secret => run.Written.Contains(secret, StringComparison.Ordinal)), Is.Empty);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_policy_without_publish_names_action_resource_and_module(CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken, NoPublish);

        var run = await DoctorRun.OfAsync("cloud", [.. cloud.Options(), "--topic", "BE-CAT"], cancellationToken);

        Assert.That(run.Verdicts, Is.SupersetOf(new[] { "mqtt ok", "presence ok", "publish-mqtt failed", "publish-https failed", "publish-signed ok" }));
        Assert.That(run.Fix("publish-mqtt"), Does.Contain("iot:Publish on topic/BE-CAT/*").And.Contain("terraform/modules/iot"));
        Assert.That(run.Evidence("publish-https"), Does.Contain("iot:Publish on topic/BE-CAT/* is missing"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
    }

    [Test, CancelAfter(60_000)]
    public async Task Presence_that_is_granted_and_never_comes_lacks_receive(CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken, NoReceive);

        var run = await DoctorRun.OfAsync("cloud", [.. cloud.Options(), "--timeout", "4"], cancellationToken);

        Assert.That(run.Verdict("presence"), Is.EqualTo("failed"));
        Assert.That(run.Fix("presence"), Does.Contain("iot:Receive on topic/$aws/events/presence/connected/*"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Presence_that_is_refused_lacks_subscribe(CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken, NoSubscribe);

        var run = await DoctorRun.OfAsync("cloud", cloud.Options(), cancellationToken);

        Assert.That(run.Verdict("presence"), Is.EqualTo("failed"));
        Assert.That(run.Fix("presence"), Does.Contain("iot:Subscribe on topicfilter/$aws/events/presence/connected/+"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Credentials_that_may_not_publish_count_only_where_the_relay_signs(CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken, relayPolicy: null, Reader);
        string[] options = [.. cloud.Options(cloud.Write(Reader)), "--profile", "reader"];

        var operators = await DoctorRun.OfAsync("cloud", options, cancellationToken);
        var relays = await DoctorRun.OfAsync("cloud", options, cancellationToken, ("CloudKick__Publishing__Authentication", "SigV4"));

        Assert.That(operators.Verdict("publish-signed"), Is.EqualTo("warning"));
        Assert.That(operators.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(relays.Verdict("publish-signed"), Is.EqualTo("failed"));
        Assert.That(relays.Fix("publish-signed"), Does.Contain("statement Publish"));
        Assert.That(operators.Written + relays.Written, Does.Not.Contain(Reader.SecretAccessKey));
    }

    [Test, CancelAfter(60_000)]
    public async Task Credentials_that_the_cloud_does_not_know_fail_at_the_first_call(CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken);
        var stranger = new CloudIdentity("stranger", "AKIASTRANGERSTRANGE2", "stranger-secret-canary");

        var run = await DoctorRun.OfAsync("cloud", [.. cloud.Options(cloud.Write(stranger)), "--profile", "stranger"], cancellationToken);

        Assert.That(run.Verdicts, Is.SupersetOf(new[] { "credentials ok", "endpoint failed", "mqtt ok" }));
        Assert.That(run.Evidence("endpoint"), Does.StartWith("AWS does not know these credentials"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Without_credentials_what_needs_them_is_not_tried(CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken);

        var run = await DoctorRun.OfAsync("cloud", [.. cloud.Options(), "--profile", "nobody"], cancellationToken);

        Assert.That(run.Verdicts, Is.SupersetOf(new[] { "credentials failed", "endpoint not-tried", "mqtt ok", "publish-signed not-tried" }));
        Assert.That(run.Fix("credentials"), Does.Contain("AWS_ACCESS_KEY_ID"));
    }
}
