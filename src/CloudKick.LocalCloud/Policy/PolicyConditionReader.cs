using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace CloudKick.LocalCloud;

/// <summary>Reads and compiles a statement's <c>Condition</c>: IAM's operators, their negations, sets and <c>IfExists</c>.</summary>
internal static class PolicyConditionReader
{
    private const string IfExistsSuffix = "IfExists";

    private delegate Func<string, IPolicyContext, bool> Compiler(string expected, bool variables);

    private static readonly Dictionary<string, (Compiler Compile, bool Negated)> Operators = new(StringComparer.Ordinal)
    {
        ["StringEquals"] = (Equal, false),
        ["StringNotEquals"] = (Equal, true),
        ["StringEqualsIgnoreCase"] = (EqualIgnoringCase, false),
        ["StringNotEqualsIgnoreCase"] = (EqualIgnoringCase, true),
        ["StringLike"] = (Like, false),
        ["StringNotLike"] = (Like, true),
        ["ArnEquals"] = (Like, false),
        ["ArnNotEquals"] = (Like, true),
        ["ArnLike"] = (Like, false),
        ["ArnNotLike"] = (Like, true),
        ["Bool"] = (EqualIgnoringCase, false),
        ["NumericEquals"] = (Number(sign => sign == 0), false),
        ["NumericNotEquals"] = (Number(sign => sign == 0), true),
        ["NumericLessThan"] = (Number(sign => sign < 0), false),
        ["NumericLessThanEquals"] = (Number(sign => sign <= 0), false),
        ["NumericGreaterThan"] = (Number(sign => sign > 0), false),
        ["NumericGreaterThanEquals"] = (Number(sign => sign >= 0), false),
        ["DateEquals"] = (Date(sign => sign == 0), false),
        ["DateNotEquals"] = (Date(sign => sign == 0), true),
        ["DateLessThan"] = (Date(sign => sign < 0), false),
        ["DateLessThanEquals"] = (Date(sign => sign <= 0), false),
        ["DateGreaterThan"] = (Date(sign => sign > 0), false),
        ["DateGreaterThanEquals"] = (Date(sign => sign >= 0), false),
        ["IpAddress"] = (Network, false),
        ["NotIpAddress"] = (Network, true),
    };

    /// <exception cref="PolicySyntaxException">An operator is unknown, or a value is not of its kind.</exception>
    public static ImmutableArray<PolicyCondition> Read(JsonElement condition, bool variables)
    {
        if (condition.ValueKind != JsonValueKind.Object) throw new PolicySyntaxException("Condition is a JSON object.");
        var conditions = ImmutableArray.CreateBuilder<PolicyCondition>();
        foreach (var byOperator in condition.EnumerateObject())
        {
            if (byOperator.Value.ValueKind != JsonValueKind.Object) throw new PolicySyntaxException($"{byOperator.Name} is a JSON object of keys.");
            foreach (var byKey in byOperator.Value.EnumerateObject())
                conditions.Add(Compile(byOperator.Name, PolicyKeys.Canonical(byKey.Name), Values(byKey.Value), variables));
        }
        return conditions.DrainToImmutable();
    }

    private static PolicyCondition Compile(string name, string key, ImmutableArray<string> values, bool variables)
    {
        if (values.IsEmpty) throw new PolicySyntaxException($"The condition {name} on {key} has no value.");
        if (name == "Null") return IsNull(key, values);

        var set = ConditionSet.None;
        string @operator = name;
        if (name.IndexOf(':') is > 0 and var colon)
        {
            set = name[..colon] switch
            {
                "ForAllValues" => ConditionSet.ForAllValues,
                "ForAnyValue" => ConditionSet.ForAnyValue,
                _ => throw new PolicySyntaxException($"Unknown condition operator: {name}"),
            };
            @operator = name[(colon + 1)..];
        }
        bool ifExists = @operator.EndsWith(IfExistsSuffix, StringComparison.Ordinal);
        if (ifExists) @operator = @operator[..^IfExistsSuffix.Length];
        if (!Operators.TryGetValue(@operator, out var known)) throw new PolicySyntaxException($"Unknown condition operator: {name}");

        return new PolicyCondition(key, set, known.Negated, ifExists, [.. values.Select(value => known.Compile(value, variables))]);
    }

    /// <summary><c>Null: true</c> holds where the key is absent, <c>false</c> where it is there.</summary>
    private static PolicyCondition IsNull(string key, ImmutableArray<string> values)
    {
        bool[] expected = [.. values.Select(value => bool.TryParse(value, out bool absent) ? absent : throw new PolicySyntaxException("Null is true or false."))];
        bool absentPasses = expected.Contains(true);
        bool presentPasses = expected.Contains(false);
        return new PolicyCondition(key, ConditionSet.None, Negated: false, IfExists: absentPasses, [(_, _) => presentPasses]);
    }

    private static Func<string, IPolicyContext, bool> Equal(string expected, bool variables) => Pattern(expected, variables, wildcards: false, ignoreCase: false);

    private static Func<string, IPolicyContext, bool> EqualIgnoringCase(string expected, bool variables) =>
        Pattern(expected, variables, wildcards: false, ignoreCase: true);

    private static Func<string, IPolicyContext, bool> Like(string expected, bool variables) => Pattern(expected, variables, wildcards: true, ignoreCase: false);

    private static Func<string, IPolicyContext, bool> Pattern(string expected, bool variables, bool wildcards, bool ignoreCase)
    {
        var pattern = PolicyPattern.Compile(expected, variables, wildcards, ignoreCase);
        return (value, context) => pattern.Matches(value, context);
    }

    private static Compiler Number(Func<int, bool> holds) => (expected, _) =>
    {
        if (!TryNumber(expected, out decimal number)) throw new PolicySyntaxException($"'{expected}' is not a number.");
        return (value, _) => TryNumber(value, out decimal actual) && holds(actual.CompareTo(number));
    };

    private static Compiler Date(Func<int, bool> holds) => (expected, _) =>
    {
        if (!TryDate(expected, out var moment)) throw new PolicySyntaxException($"'{expected}' is not a moment in ISO 8601.");
        return (value, _) => TryDate(value, out var actual) && holds(actual.CompareTo(moment));
    };

    private static Func<string, IPolicyContext, bool> Network(string expected, bool variables)
    {
        string range = expected.Contains('/') ? expected : $"{expected}/{(expected.Contains(':') ? 128 : 32)}";
        if (!IPNetwork.TryParse(range, out var network)) throw new PolicySyntaxException($"'{expected}' is not an IP address or range.");
        return (value, _) => IPAddress.TryParse(value, out var address) && network.Contains(address);
    }

    private static bool TryNumber(string text, out decimal number) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out number);

    private static bool TryDate(string text, out DateTimeOffset moment) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);

    private static ImmutableArray<string> Values(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Text)] : [Text(value)];

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => value.GetRawText(),
        _ => throw new PolicySyntaxException("A condition's value is a string, a number or a boolean."),
    };
}
