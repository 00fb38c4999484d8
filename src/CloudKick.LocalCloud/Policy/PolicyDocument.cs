using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;

namespace CloudKick.LocalCloud;

/// <summary>
/// A policy document, compiled once and asked for every request: AWS IoT policies of certificates and IAM policies of
/// signed requests alike. Thread safe.
/// </summary>
internal sealed class PolicyDocument
{
    private readonly ImmutableArray<PolicyStatement> _statements;

    // Actions that are asked for are constants of this code, so there are few.
    private readonly ConcurrentDictionary<string, ImmutableArray<PolicyStatement>> _byAction = new(StringComparer.Ordinal);

    internal PolicyDocument(ImmutableArray<PolicyStatement> statements) => _statements = statements;

    /// <summary>Compiles a document.</summary>
    /// <exception cref="PolicySyntaxException">It is not a policy document of AWS's language.</exception>
    public static PolicyDocument Parse(string json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return PolicyReader.Read(parsed.RootElement);
        }
        catch (JsonException exception)
        {
            throw new PolicySyntaxException($"The policy document is not JSON: {exception.Message}");
        }
    }

    /// <summary>What the documents together say: a denial wins, and what none allows is denied.</summary>
    /// <param name="documents">All that apply to the principal.</param>
    /// <param name="action">For example <c>iot:Publish</c>; a constant, because decisions are remembered by it.</param>
    /// <param name="resource">The ARN that the action is for.</param>
    /// <param name="context">What variables and conditions refer to.</param>
    public static PolicyDecision Decide(ImmutableArray<PolicyDocument> documents, string action, ReadOnlySpan<char> resource, IPolicyContext context)
    {
        var decision = PolicyDecision.ImplicitDeny;
        foreach (var document in documents)
        {
            foreach (var statement in document.For(action))
            {
                if (statement.Effect == PolicyEffect.Allow && decision == PolicyDecision.Allowed) continue;
                if (!statement.CoversResource(resource, context) || !statement.ConditionsHold(context)) continue;
                if (statement.Effect == PolicyEffect.Deny) return PolicyDecision.ExplicitDeny;
                decision = PolicyDecision.Allowed;
            }
        }
        return decision;
    }

    private ImmutableArray<PolicyStatement> For(string action) =>
        _byAction.TryGetValue(action, out var statements)
            ? statements
            : _byAction.GetOrAdd(action, [.. _statements.Where(statement => statement.CoversAction(action))]);
}
