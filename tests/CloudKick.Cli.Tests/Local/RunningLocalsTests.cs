using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;

namespace CloudKick.Cli.Tests.Local;

internal sealed class RunningLocalsTests
{
    private readonly string _home = Path.Combine(Path.GetTempPath(), $"cloudkick-home-{Path.GetRandomFileName()}");

    private RunningLocals Running => new(new UserDirectory(_home));

    [TearDown]
    public void RemoveHome()
    {
        if (Directory.Exists(_home))
            Directory.Delete(_home, recursive: true);
    }

    [Test]
    public void What_runs_is_found_with_everything_it_said()
    {
        var state = SampleState.Create(processId: 1);

        using var announcement = Running.Announce(state);

        var found = Running.Find().Single();
        Assert.That((found.RelayUrl, found.ApiKey, found.Iot, found.Tas, found.Database), Is.EqualTo((state.RelayUrl, state.ApiKey, state.Iot, state.Tas, state.Database)));
        Assert.That(found.Terminals, Is.EqualTo(state.Terminals));
    }

    [Test]
    public void What_stopped_is_not_found()
    {
        Running.Announce(SampleState.Create(processId: 1)).Dispose();

        Assert.That(Running.Find(), Is.Empty);
    }

    [Test]
    public void What_a_killed_one_left_is_cleared_away()
    {
        using (Running.Announce(SampleState.Create(processId: 1)))
        {
            File.Copy(Path.Combine(_home, "running", "1.json"), Path.Combine(_home, "running", "2.json"));
            File.WriteAllText(Path.Combine(_home, "running", "2.lock"), "");
        }

        Assert.That(Running.Find(), Is.Empty);
        Assert.That(Directory.EnumerateFiles(Path.Combine(_home, "running")), Is.Empty);
    }

    [Test]
    public void Only_the_owner_can_read_it()
    {
        using var announcement = Running.Announce(SampleState.Create(processId: 1));

        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(Path.Combine(_home, "running", "1.json")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void Of_several_the_newest_is_taken_and_that_is_said()
    {
        using var older = Running.Announce(SampleState.Create(processId: 1, data: "/data/older", startedAt: 1));
        using var newer = Running.Announce(SampleState.Create(processId: 2, data: "/data/newer", startedAt: 2));
        using var error = new StringWriter();
        var screen = new Screen(new CommandContext { Out = TextWriter.Null, Error = error, Variable = _ => null }, json: false);

        Assert.That(Running.Choose(null, screen)!.DataDirectory, Is.EqualTo("/data/newer"));
        Assert.That(error.ToString(), Does.Contain("--data").And.Contain("/data/older"));
        Assert.That(Running.Choose("/data/../data/older", screen)!.DataDirectory, Is.EqualTo("/data/older"));
        Assert.That(Running.Choose("/data/other", screen), Is.Null);
    }
}
