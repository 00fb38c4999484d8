using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Microsoft.Extensions.Logging;

namespace CloudKick.EndToEnd.Tests;

/// <summary>What holds for the repository as a whole: who may depend on whom, whose log event ids are whose, what lies where.</summary>
internal sealed class ArchitectureTests
{
    private const string Prefix = "CloudKick.";

    /// <summary>The arrows of the picture in src/README.md: each project and what of ours it references.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["CloudKick.Mqtt"] = [],
        ["CloudKick.Opi"] = [],
        ["CloudKick.AwsIot"] = [],
        ["CloudKick.Tas"] = ["CloudKick.Opi"],
        ["CloudKick.LocalCloud"] = ["CloudKick.Mqtt"],
        ["CloudKick.Terminal"] = ["CloudKick.Mqtt", "CloudKick.Opi"],
        ["CloudKick.Relay"] = ["CloudKick.AwsIot", "CloudKick.Mqtt", "CloudKick.Tas"],
        ["CloudKick.Cli"] =
        [
            "CloudKick.AwsIot", "CloudKick.LocalCloud", "CloudKick.Mqtt", "CloudKick.Opi", "CloudKick.Relay", "CloudKick.Tas", "CloudKick.Terminal",
        ],
    };

    /// <summary>The protocol libraries stand alone: what others would need to use them.</summary>
    private static readonly Dictionary<string, string[]> PackagesOfLibraries = new()
    {
        ["CloudKick.Mqtt"] = [],
        ["CloudKick.Opi"] = [],
        ["CloudKick.AwsIot"] = ["AWSSDK.Core", "AWSSDK.SecurityToken"],
    };

    private static readonly Dictionary<string, (int First, int Last)> LogEventIds = new()
    {
        ["CloudKick.LocalCloud"] = (2000, 2999),
        ["CloudKick.Tas"] = (3000, 3999),
        ["CloudKick.Relay"] = (4000, 4999),
        ["CloudKick.Terminal"] = (5000, 5999),
        ["CloudKick.Cli"] = (6000, 6999),
    };

    private static readonly string[] TopLevel =
    [
        "src", "tests", "sql", "terraform", "CloudKick.sln", "README.md", "Directory.Build.props", "Directory.Packages.props", ".editorconfig",
        ".gitignore", ".ci",
    ];

    /// <summary>What tools leave behind on a developer's machine, out of version control.</summary>
    private static readonly string[] OfTools = [".git", ".vs", ".vscode", ".idea", "TestResults", "artifacts", "node_modules", ".cloudkick"];

    private static readonly string Root = FindRoot();

    private static IEnumerable<string> Projects => Arrows.Keys;

    [Test]
    public void Every_project_is_in_the_picture()
    {
        var projects = Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension);

        Assert.That(projects, Is.EquivalentTo(Arrows.Keys));
    }

    [TestCaseSource(nameof(Projects))]
    public void A_project_references_only_what_its_arrows_point_at(string project)
    {
        var references = Project(project).Descendants("ProjectReference").Select(reference => ProjectName((string)reference.Attribute("Include")!));

        Assert.That(references, Is.SubsetOf(Arrows[project]));
    }

    // A project reference gives the references behind it too; this is what the code really uses.
    [TestCaseSource(nameof(Projects))]
    public void Code_uses_only_what_its_projects_arrows_point_at(string project)
    {
        using var file = new PEReader(File.OpenRead(AssemblyPath(project)));
        var metadata = file.GetMetadataReader();
        var used = metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal));

        Assert.That(used, Is.SubsetOf(Arrows[project]));
    }

    [TestCaseSource(nameof(PackagesOfLibraries))]
    public void A_protocol_library_needs_nothing_else(KeyValuePair<string, string[]> library)
    {
        var packages = Project(library.Key).Descendants("PackageReference").Select(reference => (string)reference.Attribute("Include")!);

        Assert.That(packages, Is.SubsetOf(library.Value));
    }

    [Test]
    public void Log_event_ids_are_their_projects_own_and_unique()
    {
        var events = Projects.SelectMany(LogEvents).ToArray();

        var elsewhere = events.Where(e => !LogEventIds.TryGetValue(e.Project, out var range) || e.Id < range.First || e.Id > range.Last);
        var shared = events.GroupBy(e => e.Id).Where(ofId => ofId.Count() > 1).SelectMany(ofId => ofId);

        Assert.That(events, Is.Not.Empty);
        Assert.That(elsewhere, Is.Empty);
        Assert.That(shared, Is.Empty);
    }

    [Test]
    public void Test_fixtures_of_every_project_run_in_parallel()
    {
        var withoutAttribute = Directory.GetDirectories(Path.Combine(Root, "tests"), "*.Tests")
            .Where(project => Directory.EnumerateFiles(project, "*.cs").Any())
            .Where(project => !File.Exists(Path.Combine(project, "AssemblyAttributes.cs"))
                || !File.ReadAllText(Path.Combine(project, "AssemblyAttributes.cs")).Contains("[assembly: Parallelizable(ParallelScope.Fixtures)]", StringComparison.Ordinal))
            .Select(Path.GetFileName);

        Assert.That(withoutAttribute, Is.Empty);
    }

    [Test]
    public void The_top_level_holds_only_what_belongs_there()
    {
        var entries = Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName);

        Assert.That(entries.Except(OfTools), Is.SubsetOf(TopLevel));
    }

    private static IEnumerable<LogEvent> LogEvents(string project) =>
        Assembly.LoadFrom(AssemblyPath(project)).GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (method, attribute: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(found => found.attribute is not null)
            .Select(found => new LogEvent(project, found.attribute!.EventId, $"{found.method.DeclaringType!.Name}.{found.method.Name}"));

    private static XDocument Project(string name) => XDocument.Load(Path.Combine(Root, "src", name, name + ".csproj"));

    private static string ProjectName(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));

    private static string AssemblyPath(string project) =>
        Path.Combine(AppContext.BaseDirectory, ((string?)Project(project).Descendants("AssemblyName").SingleOrDefault() ?? project) + ".dll");

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "CloudKick.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("CloudKick.sln is in no directory above the tests: run them from the repository.");
    }

    private sealed record LogEvent(string Project, int Id, string Method);
}
