using System.Text;
using System.Text.Json;

namespace CloudKick.LocalCloud;

/// <summary>
/// Evaluates the values of a provisioning template: text, <c>Ref</c> to a parameter, and the functions that AWS documents
/// for templates (<c>Fn::Join</c>, <c>Fn::Select</c>, <c>Fn::Split</c>, <c>Fn::FindInMap</c>, <c>Fn::Sub</c>).
/// </summary>
internal sealed class TemplateValues(IReadOnlyDictionary<string, string> parameters, JsonElement? mappings)
{
    /// <exception cref="RegistryException">The value is not text, or refers to what is not there.</exception>
    public string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Object => Call(Single(value)),
        _ => throw Invalid($"A value is text or a function, not {value.ValueKind}."),
    };

    private string Call(JsonProperty function) => function.Name switch
    {
        "Ref" => Parameter(Text(function.Value)),
        "Fn::Join" => Join(Arguments(function, 2)),
        "Fn::Select" => Select(Arguments(function, 2)),
        "Fn::FindInMap" => FindInMap(Arguments(function, 3)),
        "Fn::Sub" => Substitute(function.Value),
        _ => throw Invalid($"Unknown function in template: {function.Name}"),
    };

    private string Join(JsonElement[] arguments) => string.Join(Text(arguments[0]), List(arguments[1]));

    private string Select(JsonElement[] arguments)
    {
        string[] list = List(arguments[1]);
        string index = Text(arguments[0]);
        return int.TryParse(index, out int number) && number >= 0 && number < list.Length ? list[number] : throw Invalid($"Fn::Select: no element {index}.");
    }

    private string FindInMap(JsonElement[] arguments)
    {
        string[] path = [.. arguments.Select(Text)];
        var element = mappings ?? throw Invalid("The template has no Mappings.");
        foreach (string name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                throw Invalid($"The template has no mapping {string.Join('/', path)}.");
        }
        return Text(element);
    }

    private string[] List(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array) return [.. value.EnumerateArray().Select(Text)];
        var function = Single(value);
        if (function.Name != "Fn::Split") throw Invalid($"{function.Name} does not give a list.");
        var arguments = Arguments(function, 2);
        return Text(arguments[1]).Split(Text(arguments[0]));
    }

    private string Substitute(JsonElement value)
    {
        var own = new Dictionary<string, string>();
        string text;
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2)
        {
            text = Text(value[0]);
            foreach (var variable in Members(value[1])) own[variable.Name] = Text(variable.Value);
        }
        else
        {
            text = Text(value);
        }

        var result = new StringBuilder();
        int at = 0;
        while (text.IndexOf("${", at, StringComparison.Ordinal) is >= 0 and var start)
        {
            int end = text.IndexOf('}', start);
            if (end < 0) throw Invalid("Fn::Sub: a variable has no end.");
            string name = text[(start + 2)..end];
            result.Append(text, at, start - at);
            if (name.StartsWith('!')) result.Append("${").Append(name, 1, name.Length - 1).Append('}'); // ${!literal}
            else result.Append(own.TryGetValue(name, out string? given) ? given : Parameter(name));
            at = end + 1;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    private string Parameter(string name) =>
        parameters.TryGetValue(name, out string? value) ? value : throw Invalid($"The template refers to the parameter {name}, which has no value.");

    private static JsonElement[] Arguments(JsonProperty function, int count) =>
        function.Value.ValueKind == JsonValueKind.Array && function.Value.GetArrayLength() == count
            ? [.. function.Value.EnumerateArray()]
            : throw Invalid($"{function.Name} takes a list of {count}.");

    private static JsonProperty Single(JsonElement value)
    {
        var members = Members(value);
        return members.Length == 1 ? members[0] : throw Invalid("A function is an object with one member.");
    }

    private static JsonProperty[] Members(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? [.. value.EnumerateObject()] : throw Invalid("An object is expected.");

    private static RegistryException Invalid(string message) => new(RegistryFault.InvalidRequest, message);
}
