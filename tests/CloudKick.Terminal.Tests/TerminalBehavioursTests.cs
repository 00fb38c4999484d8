namespace CloudKick.Terminal.Tests;

internal sealed class TerminalBehavioursTests
{
    [Test]
    public void Every_behaviour_has_a_name_and_a_line_about_it()
    {
        Assert.That(TerminalBehaviours.All.Select(info => info.Behaviour), Is.EquivalentTo(Enum.GetValues<TerminalBehaviour>()));
        Assert.That(TerminalBehaviours.All.Select(info => info.Name), Is.Unique.And.All.Match("^[a-z]+(-[a-z]+)*$"));
        Assert.That(TerminalBehaviours.All.Select(info => info.Description), Is.All.Not.Empty.And.All.Not.Contains("\n"));
    }

    [Test]
    public void Names_are_read_back()
    {
        foreach (var info in TerminalBehaviours.All)
        {
            Assert.That(TerminalBehaviours.TryParse(info.Name.ToUpperInvariant(), out var behaviour), Is.True);
            Assert.That(behaviour, Is.EqualTo(info.Behaviour));
            Assert.That(TerminalBehaviours.NameOf(behaviour), Is.EqualTo(info.Name));
        }
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("TasUnreachable")]
    public void Other_names_are_none(string? name) => Assert.That(TerminalBehaviours.TryParse(name, out _), Is.False);
}
