using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Tests.CommandLine;

internal sealed class OwnCommandTests
{
    [Test]
    public void Below_the_current_directory_it_is_short() =>
        Assert.That(OwnCommand.Compose("/repo/src/bin/cloudkick", "/repo/src/bin/", "/repo"), Is.EqualTo("src/bin/cloudkick"));

    [Test]
    public void Elsewhere_it_is_the_whole_path() =>
        Assert.That(OwnCommand.Compose("/opt/my tools/cloudkick", "/opt/my tools/", "/home/me"), Is.EqualTo("'/opt/my tools/cloudkick'"));

    [Test]
    public void Started_by_dotnet_it_names_the_library() =>
        Assert.That(OwnCommand.Compose("/usr/bin/dotnet", "/repo/bin/", "/repo"), Is.EqualTo("dotnet bin/cloudkick.dll"));
}
