namespace CloudKick.LocalCloud.Tests;

/// <summary>What AWS allows of policies: versions and characters.</summary>
internal sealed class RegistryLimitTests : CloudFixture
{
    private const string Policy = "limited";

    private Registry Registry => Cloud.Server.Registry;

    [Test]
    public void A_policy_has_at_most_five_versions()
    {
        Registry.CreatePolicy(Policy, Document(0));
        for (int i = 1; i < 5; i++) Registry.CreatePolicyVersion(Policy, Document(i), setAsDefault: true);

        Assert.That(() => Registry.CreatePolicyVersion(Policy, Document(5), setAsDefault: true),
            Throws.InstanceOf<RegistryException>().With.Property("Fault").EqualTo(RegistryFault.VersionsLimitExceeded));
    }

    [Test]
    public void A_document_has_at_most_2048_characters_without_its_white_space()
    {
        string spaced = Document(0, topicLength: 1500) + new string(' ', 2048);

        Assert.That(() => Registry.CreatePolicy(Policy, spaced), Throws.Nothing);
        Assert.That(() => Registry.CreatePolicy("longer", Document(0, topicLength: 2048)), Throws.InstanceOf<RegistryException>());
    }

    private static string Document(int number, int topicLength = 1) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:*:*:topic/{{number}}{{new string('a', topicLength)}}"}]}""";
}
