using CloudKick.Relay.Terminals;

namespace CloudKick.Relay.Tests.Terminals;

internal sealed class FirmwareVersionTests
{
    [TestCase("14.0.11.01", true)]
    [TestCase("14.0.11.1", true)]
    [TestCase("14.0.11.02", true)]
    [TestCase("14.0.11.01.0", true)]
    [TestCase("14.1", true)]
    [TestCase("15.0.0.0", true)]
    [TestCase("114.0", true)]
    [TestCase("14.0.11", false)]
    [TestCase("14.0.10.99", false)]
    [TestCase("11.3.02", false)]
    [TestCase("9.99.99.99", false)]
    public void Versions_are_compared_number_by_number(string version, bool sufficient) =>
        Assert.That(FirmwareVersion.IsAtLeast(version, FirmwareVersion.FirstWithCloudConnect2), Is.EqualTo(sufficient));
}
