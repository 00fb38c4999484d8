using CloudKick.Cli.Local;

namespace CloudKick.Cli.Tests.Local;

internal sealed class ServerUserTests
{
    private const string Root = "root:x:0:0:root:/root:/bin/bash";
    private const string Nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin";
    private const string Postgres = "postgres:x:101:104::/var/lib/postgresql:/bin/bash";

    [Test]
    public void Postgres_is_preferred_to_nobody()
    {
        Assert.That(ServerUser.FromPasswd([Root, Nobody, Postgres]), Is.EqualTo(new ServerUser("postgres", "101", "104")));
    }

    [Test]
    public void Nobody_will_do()
    {
        Assert.That(ServerUser.FromPasswd([Root, Nobody, "broken"]), Is.EqualTo(new ServerUser("nobody", "65534", "65534")));
    }

    [Test]
    public void Without_either_there_is_none()
    {
        Assert.That(ServerUser.FromPasswd([Root]), Is.Null);
    }

    [Test]
    public void Our_own_commands_are_not_wrapped()
    {
        Assert.That(ServerUser.Ourselves.Wrap(["initdb", "-D", "x"]), Is.EqualTo(new[] { "initdb", "-D", "x" }));
    }
}
