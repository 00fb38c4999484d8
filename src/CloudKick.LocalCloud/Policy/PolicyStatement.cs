using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

internal enum PolicyEffect
{
    Allow,
    Deny,
}

/// <summary>One statement of a policy document, compiled. Immutable.</summary>
/// <param name="Effect">What the statement does to a request that it applies to.</param>
/// <param name="Actions">Patterns such as <c>iot:Publish</c> and <c>iot:*</c>.</param>
/// <param name="ExceptActions">The statement says <c>NotAction</c>: it applies to every action but these.</param>
/// <param name="Resources">Patterns of ARNs.</param>
/// <param name="ExceptResources">The statement says <c>NotResource</c>.</param>
/// <param name="Conditions">All must hold.</param>
internal sealed record PolicyStatement(
    PolicyEffect Effect, ImmutableArray<PolicyPattern> Actions, bool ExceptActions, ImmutableArray<PolicyPattern> Resources, bool ExceptResources,
    ImmutableArray<PolicyCondition> Conditions)
{
    public bool CoversAction(string action) => MatchesAny(Actions, action, NoFacts.Instance) != ExceptActions;

    public bool CoversResource(ReadOnlySpan<char> resource, IPolicyContext context) => MatchesAny(Resources, resource, context) != ExceptResources;

    public bool ConditionsHold(IPolicyContext context)
    {
        foreach (var condition in Conditions)
            if (!condition.Holds(context)) return false;
        return true;
    }

    private static bool MatchesAny(ImmutableArray<PolicyPattern> patterns, ReadOnlySpan<char> text, IPolicyContext context)
    {
        foreach (var pattern in patterns)
            if (pattern.Matches(text, context)) return true;
        return false;
    }

    private sealed class NoFacts : IPolicyContext
    {
        public static readonly NoFacts Instance = new();

        public bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
        {
            value = null;
            return false;
        }

        public IReadOnlyList<string>? GetValues(string key) => null;
    }
}
