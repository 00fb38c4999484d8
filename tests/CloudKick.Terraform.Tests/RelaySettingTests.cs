using System.Reflection;
using System.Text.RegularExpressions;
using CloudKick.Relay;

namespace CloudKick.Terraform.Tests;

/// <summary>The settings that Terraform, the manifests and the documents give the relay are settings that the relay has.</summary>
internal sealed partial class RelaySettingTests
{
    private static readonly Dictionary<string, Type> Sections = FindSections();

    private static readonly string[] ConnectionStrings = ["ConnectionStrings__CloudKick", "ConnectionStrings__CloudKickOwner"];

    private static IEnumerable<TestCaseData> Named =>
        from file in Repository.Configuration
        where Path.GetExtension(file) is ".tf" or ".md" or ".yaml" or ".env"
        from Match match in Setting().Matches(File.ReadAllText(Path.Combine(Repository.Terraform, file)))
        group file by match.Value into files
        orderby files.Key
        select new TestCaseData(files.Key).SetArgDisplayNames(files.Key, string.Join(", ", files.Distinct()));

    [TestCaseSource(nameof(Named))]
    public void A_setting_is_one_that_the_relay_has(string setting)
    {
        Assert.That(ConnectionStrings.Contains(setting) || TypeOf(setting) is not null, Is.True);
    }

    // What a variable of Terraform allows, or writes, is what the relay understands.
    [TestCase("CloudKick__Publishing__Transport", "auto", "mqtt", "https", "direct")]
    [TestCase("CloudKick__Publishing__Authentication", "SigV4")]
    [TestCase("CloudKick__Presence__Source", "sqs", "mqtt")]
    public void A_choice_is_one_that_the_relay_has(string setting, params string[] choices)
    {
        var names = Enum.GetNames(TypeOf(setting));

        Assert.That(choices, Is.SubsetOf(names).IgnoreCase);
    }

    [Test]
    public void Terraform_names_settings_at_all()
    {
        Assert.That(Named.Select(setting => setting.Arguments[0]), Does.Contain("CloudKick__Mqtt__Host").And.Contain("ConnectionStrings__CloudKick"));
    }

    private static Type TypeOf(string setting)
    {
        var section = Sections.Keys.Where(name => setting.StartsWith(name + "__", StringComparison.Ordinal)).MaxBy(name => name.Length);
        Assert.That(section, Is.Not.Null, $"The relay has no section for {setting}.");
        var type = Sections[section!];
        foreach (var part in setting[(section!.Length + 2)..].Split("__"))
        {
            var property = type.GetProperty(part);
            Assert.That(property?.CanWrite, Is.True, $"{type.Name} has no {part}.");
            type = property!.PropertyType;
        }
        return type;
    }

    // An options class says its section in a constant; the environment has "__" where configuration has ":".
    private static Dictionary<string, Type> FindSections() =>
        (from type in typeof(RelayApplication).Assembly.GetTypes()
         let section = type.GetField("Section", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
         where section is { IsLiteral: true } && section.FieldType == typeof(string)
         select (Name: ((string)section.GetRawConstantValue()!).Replace(":", "__", StringComparison.Ordinal), Type: type))
        .ToDictionary(found => found.Name, found => found.Type);

    [GeneratedRegex(@"\b(CloudKick(__[A-Za-z0-9]+)+|ConnectionStrings__\w+)\b")]
    private static partial Regex Setting();
}
