using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

/// <summary>How a condition takes a key that has several values.</summary>
internal enum ConditionSet
{
    None,

    /// <summary>Every value of the request must be among the condition's; a request without the key passes.</summary>
    ForAllValues,

    /// <summary>At least one value of the request must be among the condition's.</summary>
    ForAnyValue,
}

/// <summary>One operator and key of a statement's <c>Condition</c>, with the values to compare with. Immutable.</summary>
/// <param name="Key">For example <c>iot:ClientId</c>.</param>
/// <param name="Set">How several values are taken.</param>
/// <param name="Negated">The operator says <c>Not</c>: no value may match.</param>
/// <param name="IfExists">A request without the key passes.</param>
/// <param name="Comparisons">One for each value in the document.</param>
internal sealed record PolicyCondition(
    string Key, ConditionSet Set, bool Negated, bool IfExists, ImmutableArray<Func<string, IPolicyContext, bool>> Comparisons)
{
    public bool Holds(IPolicyContext context)
    {
        if (context.GetValues(Key) is { } values) return HoldsFor(values, context);
        if (context.TryGetValue(Key, out string? value)) return HoldsFor(value, context);

        // AWS: a key that is not there satisfies …IfExists, ForAllValues and the negated operators.
        return IfExists || Set == ConditionSet.ForAllValues || (Negated && Set == ConditionSet.None);
    }

    private bool HoldsFor(IReadOnlyList<string> values, IPolicyContext context) => Set switch
    {
        ConditionSet.ForAllValues => values.All(value => HoldsFor(value, context)),
        ConditionSet.ForAnyValue => values.Any(value => HoldsFor(value, context)),
        _ when values.Count == 0 => IfExists || Negated,
        _ => values.Any(value => Matches(value, context)) != Negated,
    };

    private bool HoldsFor(string value, IPolicyContext context) => Matches(value, context) != Negated;

    private bool Matches(string value, IPolicyContext context)
    {
        foreach (var compare in Comparisons)
            if (compare(value, context)) return true;
        return false;
    }
}
