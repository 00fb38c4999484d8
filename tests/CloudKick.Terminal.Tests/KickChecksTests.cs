using CloudKick.Testing;

namespace CloudKick.Terminal.Tests;

internal sealed class KickChecksTests
{
    private static readonly ManualTimeProvider Clock = new();
    private readonly KickChecks _checks = new("NL000123", Clock);

    private static KickMessage Kick { get; } = Kicks.Message("NL000123", "kck_1", Clock.GetUtcNow().AddSeconds(30), 5555);

    [Test]
    public void Kick_for_this_terminal_in_time_is_acted_on() => Assert.That(new KickChecks("NL000123", Clock).Check(Kick), Is.Null);

    [Test]
    public void Kick_for_another_terminal_is_refused() =>
        Assert.That(_checks.Check(Kick with { TerminalId = "NL000124" }), Is.EqualTo(KickRefusal.WrongTerminal));

    [TestCase(-1, KickRefusal.Expired)]
    [TestCase(0, KickRefusal.Expired)]
    [TestCase(1, null)]
    public void Kick_is_refused_from_its_deadline_on(int secondsLeft, KickRefusal? expected) =>
        Assert.That(_checks.Check(Kick with { KickId = $"kck_{secondsLeft + 10}", ExpiresAt = Clock.GetUtcNow().ToUnixTimeSeconds() + secondsLeft }), Is.EqualTo(expected));

    [Test]
    public void Unknown_version_command_or_protocol_is_refused()
    {
        Assert.That(_checks.Check(Kick with { Version = 2 }), Is.EqualTo(KickRefusal.Unsupported));
        Assert.That(_checks.Check(Kick with { Command = "reboot" }), Is.EqualTo(KickRefusal.Unsupported));
        Assert.That(_checks.Check(Kick with { Protocol = "OPI_DE" }), Is.EqualTo(KickRefusal.Unsupported));
    }

    [Test]
    public void Kick_seen_before_is_a_duplicate_and_memory_is_bounded()
    {
        var checks = new KickChecks("NL000123", Clock);
        for (var n = 0; n <= KickChecks.Remembered; n++)
            Assert.That(checks.Check(Kick with { KickId = $"kck_{n}" }), Is.Null);

        Assert.That(checks.Check(Kick with { KickId = $"kck_{KickChecks.Remembered}" }), Is.EqualTo(KickRefusal.Duplicate));
        Assert.That(checks.Check(Kick with { KickId = "kck_1" }), Is.EqualTo(KickRefusal.Duplicate), "the oldest that is remembered");
        Assert.That(checks.Check(Kick with { KickId = "kck_0" }), Is.Null, "forgotten for the newest");
    }

    [Test]
    public void Refused_kick_is_not_remembered()
    {
        var checks = new KickChecks("NL000123", Clock);

        Assert.That(checks.Check(Kick with { KickId = "kck_x", TerminalId = "NL000124" }), Is.EqualTo(KickRefusal.WrongTerminal));
        Assert.That(checks.Check(Kick with { KickId = "kck_x" }), Is.Null);
    }
}
