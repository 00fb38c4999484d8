using CloudKick.Cli.CommandLine;
using CloudKick.LocalCloud;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary><c>doctor cloud</c> tries a direct message where kicks go that way.</summary>
[CancelAfter(60_000)]
internal sealed class DoctorDirectMessageTests
{
    private const string NoDirectMessages = """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Action":["iot:Connect","iot:Subscribe","iot:Receive","iot:Publish"],"Resource":"*"}]}
        """;

    private const string NoReceive = """
        {"Version":"2012-10-17","Statement":[
          {"Effect":"Allow","Action":["iot:Connect","iot:Subscribe","iot:SendDirectMessage","iot:Publish"],"Resource":"*"}]}
        """;

    private static readonly (string Name, string Value) TransportIsDirect = ("CloudKick__Publishing__Transport", "Direct");

    [TestCase("Certificate")]
    [TestCase("SigV4")]
    public async Task A_visitor_confirms_a_direct_message_of_whoever_the_relay_is(string authentication, CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken);

        var run = await DoctorRun.OfAsync(
            "cloud", [.. cloud.Options(), "--profile", "relay"], cancellationToken, TransportIsDirect, ("CloudKick__Publishing__Authentication", authentication));

        Assert.That(run.Verdict("direct"), Is.EqualTo("ok"), run.Written);
        Assert.That(run.Evidence("direct"), Does.Contain("-receiver confirmed a direct message").And.Contain(authentication == "SigV4" ? "these credentials" : "the certificate"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test]
    public async Task Where_kicks_go_another_way_it_is_tried_when_asked_for(CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken);

        var unasked = await DoctorRun.OfAsync("cloud", [.. cloud.Options(), "--profile", "relay"], cancellationToken);
        var asked = await DoctorRun.OfAsync("cloud", [.. cloud.Options(), "--profile", "relay", "--direct"], cancellationToken);

        Assert.That(unasked.Verdicts, Has.None.StartsWith("direct"));
        Assert.That(asked.Verdict("direct"), Is.EqualTo("ok"));
    }

    [Test]
    public async Task A_policy_without_it_is_named_with_action_resource_and_module(CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken, NoDirectMessages);

        var run = await DoctorRun.OfAsync("cloud", [.. cloud.Options(), "--direct"], cancellationToken);

        Assert.That(run.Verdicts, Is.SupersetOf(new[] { "mqtt ok", "publish-mqtt ok", "direct failed" }));
        Assert.That(run.Evidence("direct"), Does.Contain("iot:SendDirectMessage on client/* where iot:Topic is NL-CAT/*"));
        Assert.That(run.Fix("direct"), Does.Contain("terraform/modules/iot"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
    }

    [Test]
    public async Task A_receiver_that_may_not_receive_is_told_from_a_sender_that_may_not_send(CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken, NoReceive);

        var run = await DoctorRun.OfAsync("cloud", [.. cloud.Options(), "--direct", "--timeout", "4"], cancellationToken);

        Assert.That(run.Verdict("direct"), Is.EqualTo("failed"));
        Assert.That(run.Fix("direct"), Does.Contain("iot:Receive on topic/NL-CAT/*/ack"));
    }

    [TestCase("2", "1 s")]
    [TestCase("6", "3 s")]
    public async Task A_confirmation_that_does_not_come_within_half_the_time_is_no_refusal(string timeout, string waited, CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken);
        cloud.Server.Control.Order(new CloudFault(CloudFaultKind.Discard, "relay-doctor-*-receiver"));

        var run = await DoctorRun.OfAsync("cloud", [.. cloud.Options(), "--direct", "--timeout", timeout], cancellationToken);

        Assert.That(run.Verdict("direct"), Is.EqualTo("failed"));
        Assert.That(run.Evidence("direct"), Does.Contain($"did not confirm it within {waited}"));
    }

    [Test]
    public async Task Without_a_certificate_a_relay_that_signs_learns_whether_it_may(CancellationToken cancellationToken)
    {
        await using var cloud = await CloudUnderExamination.StartAsync(cancellationToken);
        string[] options = [.. cloud.OptionsWithoutCertificate(), "--profile", "relay", "--direct"];

        var signs = await DoctorRun.OfAsync("cloud", options, cancellationToken, ("CloudKick__Publishing__Authentication", "SigV4"));
        var shows = await DoctorRun.OfAsync("cloud", options, cancellationToken);

        Assert.That(signs.Verdict("direct"), Is.EqualTo("ok"), signs.Written);
        Assert.That(signs.Evidence("direct"), Does.Contain("nobody to confirm"));
        Assert.That(shows.Verdict("direct"), Is.EqualTo("not-tried"));
    }
}
