using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// The pages' texts in the reader's language. A key is the folder under <c>Admin/Pages</c> and the name in its <c>Texts.resx</c>:
/// <c>Whitelist.Title</c>. A test checks that every key is there in every language. Thread-safe.
/// </summary>
internal sealed class Texts
{
    private readonly ConcurrentDictionary<string, ResourceManager> _resources = new(StringComparer.Ordinal);

    /// <summary>The text, with <c>{0}</c> and so on filled in by the reader's culture; the key itself when there is none.</summary>
    public string this[string key, params ReadOnlySpan<object?> arguments] => Find(key) is not { } text ? key
        : arguments.IsEmpty ? text
        : string.Format(CultureInfo.CurrentCulture, text, arguments);

    /// <summary>The text as it is written; null when there is none.</summary>
    public string? Find(string key)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0)
            return null;
        try
        {
            return Of(key[..dot]).GetString(key[(dot + 1)..], CultureInfo.CurrentUICulture);
        }
        catch (MissingManifestResourceException)
        {
            return null; // no such folder
        }
    }

    private ResourceManager Of(string folder) =>
        _resources.GetOrAdd(folder, static name => new ResourceManager($"CloudKick.Relay.Admin.Pages.{name}.Texts", typeof(Texts).Assembly));
}
