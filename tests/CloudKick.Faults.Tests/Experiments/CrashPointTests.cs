using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>A node dies at each of the six points between a kick's commit and its answer; the till asks the other one with the same key.</summary>
[Patience]
internal sealed class CrashPointTests
{
    private const string Variable = "CLOUDKICK_FAILPOINT";
    private const int Misconfigured = 78;
    private const int TtlSeconds = 20;

    private World _world = null!;
    private RelayNode _doomed = null!;
    private RelayNode _other = null!;
    private int _next;

    [OneTimeSetUp]
    public async Task BuildTheWorld()
    {
        _world = await World.StartAsync(new WorldOptions { Seed = Run.Seed, Nodes = 2, Terminals = 10 });
        (_doomed, _other) = (_world.Nodes[0], _world.Nodes[1]);
        await _doomed.TerminateAsync(CancellationToken.None);
        await _world.PlayBriefSessionsAsync(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task EndTheWorld() => await _world.DisposeAsync();

    [TestCase("before-commit", 0, TestName = "Crash_before_the_commit_leaves_nothing_and_the_repeated_request_is_the_first")]
    [TestCase("during-commit", null, TestName = "Crash_during_the_commit_leaves_all_or_nothing_and_the_repeated_request_finds_out")]
    [TestCase("before-publish", 1, TestName = "Crash_after_the_commit_leaves_a_kick_that_another_node_publishes")]
    [TestCase("during-publish", 1, TestName = "Crash_during_the_publish_leaves_a_kick_that_another_node_publishes_again")]
    [TestCase("after-acknowledgement", 1, TestName = "Crash_after_the_acknowledgement_leaves_a_kick_that_is_connected_once_or_expired")]
    [TestCase("before-answer", 1, TestName = "Crash_before_the_answer_leaves_the_answer_to_the_repeated_request")]
    public async Task Crash(string failpoint, int? storedAfterwards, CancellationToken cancellationToken)
    {
        var terminal = _world.Terminals[_next++];
        await _doomed.StartAsync(new Dictionary<string, string> { [Variable] = failpoint }, cancellationToken);
        using var first = new Till(_world.History, _world.TokenOf, () => [_doomed.Http]) { TtlSeconds = TtlSeconds };
        using var second = new Till(_world.History, _world.TokenOf, () => [_other.Http]) { TtlSeconds = TtlSeconds };

        var unanswered = await first.AskAsync(terminal, failpoint, cancellationToken);
        await _doomed.WaitForExitAsync(cancellationToken);
        var stored = await _world.ScalarAsync<long>($"select count(*) from kicks where terminal_id = '{terminal}'", cancellationToken);
        var answer = await second.KickAsync(terminal, failpoint, cancellationToken);

        Assert.That(unanswered, Is.Null);
        if (storedAfterwards is { } expected)
            Assert.That(stored, Is.EqualTo(expected));
        Assert.That(answer?.IsSuccess, Is.True);
        await Run.JudgeAsync(_world, 30, cancellationToken);
        Assert.That(
            await _world.ScalarAsync<string>($"select string_agg(state, ',') from kicks where terminal_id = '{terminal}'", cancellationToken),
            failpoint is "after-acknowledgement" or "before-answer"
                // The terminal has the kick by then; when its session had gone to the node that died, it is gone too, and the kick says so.
                ? Is.EqualTo("connected").Or.EqualTo("expired")
                : Is.EqualTo("connected"));
    }

    [Test]
    public async Task Node_in_production_does_not_start_with_a_failpoint(CancellationToken cancellationToken)
    {
        await using var node = new RelayNode(new RelayNodeSettings { ConnectionString = _world.Database.ServiceConnectionString });
        node.Launch(new Dictionary<string, string> { [Variable] = "before-answer", ["DOTNET_ENVIRONMENT"] = "Production" });

        Assert.That(await node.WaitForExitAsync(cancellationToken), Is.EqualTo(Misconfigured));
        Assert.That(node.Log, Does.Contain(Variable).And.Contain("Production"));
    }
}
