using System.Reflection;
using System.Text.RegularExpressions;

namespace CloudKick.LocalCloud.Tests;

/// <summary>The README says of each behaviour which test shows it: those tests are there.</summary>
internal sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "LocalCloud.README.md"));

    [Test]
    public void Every_test_that_the_README_names_exists()
    {
        var named = TestName().Matches(Readme).ToArray();

        var missing = named.Where(match => !Exists(match.Groups["fixture"].Value, match.Groups["test"].Value)).Select(match => match.Value);

        Assert.That(named, Has.Length.GreaterThan(80));
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void Every_behaviour_that_is_followed_has_a_test()
    {
        var rows = Readme.Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Count(character => character == '|') == 4)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells[2].StartsWith("followed", StringComparison.Ordinal) || cells[2].StartsWith("in part", StringComparison.Ordinal))
            .ToArray();

        Assert.That(rows, Has.Length.GreaterThan(50));
        Assert.That(rows.Where(cells => !TestName().IsMatch(cells[3])).Select(cells => cells[1]), Is.Empty);
    }

    private static bool Exists(string fixture, string test)
    {
        var type = Assembly.GetExecutingAssembly().GetType($"CloudKick.LocalCloud.Tests.{fixture}");
        return type is not null && (test.Length == 0 || type.GetMethod(test) is not null);
    }

    [GeneratedRegex("`(?<fixture>[A-Za-z0-9]+Tests)(?:\\.(?<test>\\w+))?`")]
    private static partial Regex TestName();
}
