using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Security;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Every setting as this node sees it; secrets are masked.</summary>
[RequireScope(Scopes.PlatformRead)]
internal sealed class SettingsPage(EffectiveSettings settings, NodeIdentity node) : AdminPage
{
    public override string Title => "Settings.Title";

    public string Node => node.Name;

    public IReadOnlyList<IGrouping<string, EffectiveSetting>> Sections { get; private set; } = [];

    public void OnGet() => Sections = [.. settings.Read().GroupBy(setting => setting.Section, StringComparer.Ordinal)];
}
