using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using CloudKick.Relay.Languages;
using CloudKick.Relay.Tests.Auditing;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>The texts of the pages, as they are compiled into the relay and its satellites.</summary>
internal sealed partial class PageTextsTests
{
    private const string Prefix = "CloudKick.Relay.Admin.Pages.";
    private const string Suffix = ".Texts.resources";

    private static readonly string[] Folders =
    [
        .. typeof(RelayApplication).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length]),
    ];

    [Test]
    public void There_are_texts() => Assert.That(Folders, Does.Contain("Shared").And.Contain("Users"));

    [TestCaseSource(nameof(Folders))]
    public void Every_text_is_there_in_every_language_with_the_same_places_to_fill_in(string folder)
    {
        var english = Texts(folder, CultureInfo.InvariantCulture);

        foreach (var language in Language.All.Where(language => !language.Equals(Language.Default)))
        {
            var theirs = Texts(folder, language);
            Assert.That(theirs.Keys, Is.EquivalentTo(english.Keys), $"{folder}, {language.Name}");
            foreach (var (key, text) in english)
                Assert.That(Places(theirs[key]), Is.EquivalentTo(Places(text)), $"{folder}.{key}, {language.Name}");
        }
    }

    [TestCaseSource(nameof(Folders))]
    public void No_text_is_empty_or_left_in_English(string folder)
    {
        var english = Texts(folder, CultureInfo.InvariantCulture);
        var same = Language.All.Where(language => !language.Equals(Language.Default)).ToDictionary(
            language => language.Name, language => Texts(folder, language).Count(pair => pair.Value == english[pair.Key]));

        Assert.That(english.Values, Has.All.Not.Empty);
        // Some words are the same in two languages; half of all are not.
        Assert.That(same.Values, Has.All.LessThanOrEqualTo((english.Count + 1) / 2), folder);
    }

    [Test]
    public void Every_key_that_a_page_names_has_a_text()
    {
        var known = Folders.SelectMany(folder => Texts(folder, CultureInfo.InvariantCulture).Keys.Select(key => $"{folder}.{key}")).ToHashSet();
        var named = Sources().SelectMany(file => Keys().Matches(File.ReadAllText(file)).Select(match => (Key: match.Groups[1].Value, File: Path.GetFileName(file)))).ToArray();

        Assert.That(named, Has.Length.GreaterThan(100));
        Assert.That(named.Where(name => !known.Contains(name.Key)), Is.Empty);
    }

    [Test]
    public void Every_action_of_the_audit_log_has_words()
    {
        var actions = AuditedCalls.Lines.Concat(AuditedForms.Lines).SelectMany(change => change.Value.Rows).Select(row => row[(row.LastIndexOf(' ') + 1)..]).Distinct().ToArray();
        var known = Texts("Audit", CultureInfo.InvariantCulture).Keys;

        Assert.That(actions, Has.Length.GreaterThan(30));
        Assert.That(actions.Where(action => !known.Contains("Action-" + action)), Is.Empty);
    }

    [TestCase("de", "Positivliste")]
    [TestCase("nl", "beheersysteem")]
    public void One_thing_has_one_name(string language, string otherName) =>
        Assert.That(
            Folders.SelectMany(folder => Texts(folder, CultureInfo.GetCultureInfo(language)).Where(text => text.Value.Contains(otherName, StringComparison.OrdinalIgnoreCase))),
            Is.Empty);

    private static Dictionary<string, string> Texts(string folder, CultureInfo language)
    {
        var texts = new ResourceManager(Prefix + folder + ".Texts", typeof(RelayApplication).Assembly).GetResourceSet(language, createIfNotExists: true, tryParents: false)
            ?? throw new MissingManifestResourceException($"{folder} has no texts in {language.Name}.");
        return texts.Cast<System.Collections.DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
    }

    private static IEnumerable<string> Places(string text) => Fillable().Matches(text).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<string> Sources()
    {
        var directory = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "CloudKick.sln")))
            directory = directory.Parent;
        var pages = Path.Combine(directory!.FullName, "src", "CloudKick.Relay", "Admin");
        return Directory.EnumerateFiles(pages, "*.cs*", SearchOption.AllDirectories).Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".cshtml", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\{([0-9]+)")]
    private static partial Regex Fillable();

    // T["Users.Title"], also with arguments; not the beginning of a key that goes on.
    [GeneratedRegex("""(?:\bT|texts)\["([A-Za-z]+\.[A-Za-z0-9-]+)"[\],]""")]
    private static partial Regex Keys();
}
