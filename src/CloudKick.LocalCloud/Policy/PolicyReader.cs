using System.Collections.Immutable;
using System.Text.Json;

namespace CloudKick.LocalCloud;

/// <summary>Reads the JSON of a policy document, as strictly as AWS: what it does not know it refuses.</summary>
internal static class PolicyReader
{
    private const string CurrentVersion = "2012-10-17";
    private const string FirstVersion = "2008-10-17";

    /// <exception cref="PolicySyntaxException">It is not a policy document.</exception>
    public static PolicyDocument Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new PolicySyntaxException("A policy document is a JSON object.");
        string version = FirstVersion;
        JsonElement? statements = null;
        foreach (var member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case "Version":
                    version = Text(member.Value, "Version");
                    if (version is not (CurrentVersion or FirstVersion)) throw new PolicySyntaxException($"Version must be {CurrentVersion} or {FirstVersion}.");
                    break;
                case "Id":
                    Text(member.Value, "Id");
                    break;
                case "Statement":
                    statements = member.Value;
                    break;
                default:
                    throw new PolicySyntaxException($"Unknown element of a policy document: {member.Name}");
            }
        }
        if (statements is null) throw new PolicySyntaxException("A policy document has a Statement.");

        bool variables = version == CurrentVersion;
        var compiled = Elements(statements.Value).Select(statement => ReadStatement(statement, variables)).ToImmutableArray();
        if (compiled.IsEmpty) throw new PolicySyntaxException("A policy document has at least one statement.");
        return new PolicyDocument(compiled);
    }

    private static PolicyStatement ReadStatement(JsonElement statement, bool variables)
    {
        if (statement.ValueKind != JsonValueKind.Object) throw new PolicySyntaxException("A statement is a JSON object.");
        PolicyEffect? effect = null;
        (ImmutableArray<PolicyPattern> Patterns, bool Except)? actions = null;
        (ImmutableArray<PolicyPattern> Patterns, bool Except)? resources = null;
        ImmutableArray<PolicyCondition> conditions = [];
        foreach (var member in statement.EnumerateObject())
        {
            switch (member.Name)
            {
                case "Sid":
                    Text(member.Value, "Sid");
                    break;
                case "Effect":
                    effect = Text(member.Value, "Effect") switch
                    {
                        "Allow" => PolicyEffect.Allow,
                        "Deny" => PolicyEffect.Deny,
                        var other => throw new PolicySyntaxException($"Effect must be Allow or Deny, not {other}."),
                    };
                    break;
                case "Action" or "NotAction":
                    if (actions is not null) throw new PolicySyntaxException("A statement has one of Action and NotAction.");
                    actions = (Patterns(member, CompileAction), member.Name == "NotAction");
                    break;
                case "Resource" or "NotResource":
                    if (resources is not null) throw new PolicySyntaxException("A statement has one of Resource and NotResource.");
                    resources = (Patterns(member, text => CompileResource(text, variables)), member.Name == "NotResource");
                    break;
                case "Condition":
                    conditions = PolicyConditionReader.Read(member.Value, variables);
                    break;
                default:
                    throw new PolicySyntaxException($"Unknown element of a statement: {member.Name}");
            }
        }
        if (effect is null) throw new PolicySyntaxException("A statement has an Effect.");
        if (actions is null) throw new PolicySyntaxException("A statement has an Action.");
        if (resources is null) throw new PolicySyntaxException("A statement has a Resource.");
        return new PolicyStatement(effect.Value, actions.Value.Patterns, actions.Value.Except, resources.Value.Patterns, resources.Value.Except, conditions);
    }

    private static PolicyPattern CompileAction(string action)
    {
        bool valid = action == "*" || (action.IndexOf(':') is > 0 and var colon && colon < action.Length - 1);
        if (!valid) throw new PolicySyntaxException($"An action is '*' or 'service:Operation', not '{action}'.");
        return PolicyPattern.Compile(action, variables: false, ignoreCase: true);
    }

    private static PolicyPattern CompileResource(string resource, bool variables)
    {
        bool valid = resource == "*" || (resource.StartsWith("arn:", StringComparison.Ordinal) && resource.AsSpan().Count(':') >= 5);
        if (!valid) throw new PolicySyntaxException($"A resource is '*' or an ARN, not '{resource}'.");
        return PolicyPattern.Compile(resource, variables);
    }

    private static ImmutableArray<PolicyPattern> Patterns(JsonProperty member, Func<string, PolicyPattern> compile)
    {
        var patterns = Elements(member.Value).Select(element => compile(Text(element, member.Name))).ToImmutableArray();
        return patterns.IsEmpty ? throw new PolicySyntaxException($"{member.Name} is empty.") : patterns;
    }

    private static JsonElement[] Elements(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray()] : [element];

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw new PolicySyntaxException($"{name} is a string.");
}
