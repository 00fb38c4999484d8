using CloudKick.Cli.CommandLine;
using CloudKick.Testing;

namespace CloudKick.Cli.Tests.Database;

[CancelAfter(120_000)]
internal sealed class MigrateCommandTests
{
    [Test]
    public async Task An_empty_database_is_migrated_once(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(cancellationToken);
        (string, string) owner = ("ConnectionStrings__CloudKickOwner", database.OwnerConnectionString);

        var pending = await Invocation.RunAsync(["migrate", "--check"], cancellationToken, owner);
        var before = await Invocation.RunAsync(["merchant", "list"], cancellationToken, owner);
        var first = await Invocation.RunAsync(["migrate", "--json"], cancellationToken, owner);
        var second = await Invocation.RunAsync(["migrate"], cancellationToken, owner);
        var check = await Invocation.RunAsync(["migrate", "--check"], cancellationToken, owner);

        Assert.That(pending.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(pending.Out, Does.Contain("pending: 2026-11-21_01"));
        Assert.That(before.Error, Does.Contain("cloudkick migrate"));
        Assert.That(first.ExitCode, Is.EqualTo(ExitCode.Done), first.Error);
        Assert.That(first.JsonLines.Single().GetProperty("applied")[0].GetProperty("name").GetString(), Does.StartWith("2026-11-21_01"));
        Assert.That(second.Out, Does.Contain("Nothing to do"));
        Assert.That((check.ExitCode, check.Out.Trim()), Is.EqualTo((ExitCode.Done, "Up to date.")));
    }
}
