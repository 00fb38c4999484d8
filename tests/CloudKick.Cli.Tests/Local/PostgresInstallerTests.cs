using CloudKick.Cli.Local;

namespace CloudKick.Cli.Tests.Local;

internal sealed class PostgresInstallerTests
{
    [TestCase("ID=debian", "sudo apt-get install postgresql")]
    [TestCase("ID=ubuntu\nID_LIKE=debian", "sudo apt-get install postgresql")]
    [TestCase("ID=linuxmint\nID_LIKE=\"ubuntu debian\"", "sudo apt-get install postgresql")]
    [TestCase("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", "sudo dnf install postgresql-server")]
    [TestCase("ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"", "sudo zypper install postgresql-server")]
    [TestCase("ID=alpine", "apk add postgresql")]
    [TestCase("ID=arch", "sudo pacman -S postgresql")]
    [TestCase("ID=nixos", "see https://www.postgresql.org/download/")]
    [TestCase("", "see https://www.postgresql.org/download/")]
    public void Advice_is_one_line_for_this_linux(string osRelease, string command)
    {
        var advice = PostgresInstaller.Advice(macOs: false, osRelease.Split('\n'));

        Assert.That(advice, Does.Contain($"Install it: {command},").And.Contain("ConnectionStrings__CloudKick").And.Not.Contain("\n"));
    }

    [Test]
    public void Advice_for_macos_is_homebrew()
    {
        Assert.That(PostgresInstaller.Advice(macOs: true, []), Does.Contain("brew install postgresql@17"));
    }
}
