using System.Collections;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Hosting;

/// <summary>One setting as this node sees it.</summary>
/// <param name="Section">Its section: <c>CloudKick:Http</c>.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Value">What it is, a secret masked; null when it is nothing.</param>
/// <param name="IsSet">Whether somebody set it; else it is the default.</param>
internal sealed record EffectiveSetting(string Section, string Name, string? Value, bool IsSet);

/// <summary>A feature's section, and how to read it as it is in force.</summary>
/// <param name="Name">The section's name.</param>
/// <param name="Read">The options.</param>
internal sealed record FeatureSection(string Name, Func<IServiceProvider, object> Read);

/// <summary>
/// Every setting that is in force, defaults too, for people: what could be a secret is masked, by its name and wherever a connection
/// string or an address holds one.
/// </summary>
internal sealed class EffectiveSettings(IServiceProvider services, IConfiguration configuration, IEnumerable<FeatureSection> sections)
{
    public const string Mask = "••••••";

    private static readonly string[] SecretWords = ["password", "secret", "token", "apikey", "credential"];
    private static readonly string[] ConnectionStrings = ["CloudKick", "CloudKickOwner"];

    public IEnumerable<EffectiveSetting> Read() =>
    [
        .. ConnectionStrings.Select(name => new EffectiveSetting(
            "ConnectionStrings", name, OfConnection(configuration.GetConnectionString(name)), configuration.GetConnectionString(name) is not null)),
        .. sections.DistinctBy(section => section.Name).OrderBy(section => section.Name, StringComparer.Ordinal)
            .SelectMany(section => Of(section.Name, "", section.Read(services), configuration.GetSection(section.Name))),
    ];

    /// <summary>A value as people may see it.</summary>
    internal static string? Show(string name, object? value)
    {
        var text = value switch
        {
            null or "" => null,
            string only => only,
            IEnumerable many => string.Join(", ", many.Cast<object?>().Select(item => Convert.ToString(item, CultureInfo.InvariantCulture))),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
        if (text is null)
            return null;
        // A file's name is where a secret is, not the secret.
        if (SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) && value is string && !name.EndsWith("File", StringComparison.Ordinal))
            return Mask;
        if (name.Contains("ConnectionString", StringComparison.Ordinal))
            return OfConnection(text);
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.UserInfo.Length > 0
            ? text.Replace(address.UserInfo + "@", Mask + "@", StringComparison.Ordinal)
            : text;
    }

    private static IEnumerable<EffectiveSetting> Of(string section, string prefix, object options, IConfigurationSection configured)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            var name = prefix + property.Name;
            var value = property.GetValue(options);
            if (property.IsDefined(typeof(ValidateObjectMembersAttribute)) && value is not null)
            {
                foreach (var inner in Of(section, name + ":", value, configured.GetSection(property.Name)))
                    yield return inner;
            }
            else
            {
                yield return new EffectiveSetting(section, name, Show(property.Name, value), configured.GetSection(property.Name).Exists());
            }
        }
    }

    private static string? OfConnection(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = text };
            foreach (var key in parts.Keys.Cast<string>().Where(key => SecretWords.Append("pwd").Any(word => key.Replace(" ", "", StringComparison.Ordinal).Contains(word, StringComparison.OrdinalIgnoreCase))).ToArray())
                parts[key] = Mask;
            return parts.ConnectionString;
        }
        catch (ArgumentException)
        {
            return Mask; // not to be taken apart: all of it may be secret
        }
    }
}
