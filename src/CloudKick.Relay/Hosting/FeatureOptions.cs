using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Hosting;

/// <summary>How a feature takes its settings.</summary>
internal static class FeatureOptions
{
    /// <summary>
    /// Binds the section and checks it when the host starts: every value that cannot be read, every name that is no setting, every
    /// annotation (<c>[ValidateObjectMembers]</c> looks inside) is a fault of its own, told by the setting's full name. Add an
    /// <see cref="IValidateOptions{TOptions}"/> for what annotations cannot say.
    /// </summary>
    public static IServiceCollection AddFeatureOptions<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddOptions<TOptions>()
            .Configure<IConfiguration>((options, configuration) => Bind(options, configuration.GetSection(section)))
            .ValidateOnStart();
        services.AddSingleton(new FeatureSection(section, provider => provider.GetRequiredService<IOptions<TOptions>>().Value));
        services.AddSingleton<IValidateOptions<TOptions>>(provider =>
            new Validation<TOptions>(provider.GetRequiredService<IConfiguration>().GetSection(section)));
        return services;
    }

    /// <summary>Takes the settings that can be read; the others keep their defaults here and are faults of the validation.</summary>
    public static void Bind(object options, IConfigurationSection section)
    {
        foreach (var property in Settings(options.GetType()))
        {
            if (IsNested(property) && property.GetValue(options) is { } inner)
                Bind(inner, section.GetSection(property.Name));
            else if (TryRead(property, section.GetSection(property.Name), out var value))
                property.SetValue(options, value);
        }
    }

    private static IEnumerable<PropertyInfo> Settings(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static bool IsNested(PropertyInfo property) => property.IsDefined(typeof(ValidateObjectMembersAttribute));

    private sealed class Validation<TOptions>(IConfigurationSection section) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            var faults = Faults(options, section).ToArray();
            return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
        }

        private static IEnumerable<string> Faults(object options, IConfigurationSection section)
        {
            var settings = Settings(options.GetType()).ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
            foreach (var child in section.GetChildren())
            {
                if (!settings.TryGetValue(child.Key, out var setting))
                    yield return $"{child.Path} is no setting; there are {string.Join(", ", settings.Keys.Order(StringComparer.Ordinal))}.";
                else if (!IsNested(setting) && !TryRead(setting, child, out _))
                    yield return $"{child.Path} cannot be read as {Describe(setting.PropertyType)}.";
            }

            foreach (var property in settings.Values)
            {
                var path = $"{section.Path}:{property.Name}";
                var value = property.GetValue(options);
                foreach (var attribute in property.GetCustomAttributes<ValidationAttribute>(inherit: true))
                {
                    if (!attribute.IsValid(value))
                        yield return attribute.FormatErrorMessage(path).TrimEnd('.') + ".";
                }

                if (IsNested(property) && value is not null)
                {
                    foreach (var fault in Faults(value, section.GetSection(property.Name)))
                        yield return fault;
                }
            }
        }
    }

    // True with the value; false when it is not there or cannot be read.
    private static bool TryRead(PropertyInfo property, IConfigurationSection section, out object? value)
    {
        value = null;
        if (!section.Exists())
            return false;
        try
        {
            value = section.Get(property.PropertyType);
            return value is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(TimeSpan) => "a duration (hh:mm:ss)",
            _ when type == typeof(bool) => "true or false",
            _ when type.IsEnum => "one of " + string.Join(", ", Enum.GetNames(type)),
            _ when type == typeof(int) || type == typeof(long) => "a whole number",
            _ => string.Create(CultureInfo.InvariantCulture, $"a {type.Name}"),
        };
    }
}
