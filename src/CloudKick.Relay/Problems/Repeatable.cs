using Microsoft.AspNetCore.Diagnostics;

namespace CloudKick.Relay.Problems;

/// <summary>Declares that sending a request to this endpoint twice has the effect of sending it once, though its method does not promise it.</summary>
internal sealed class Repeatable
{
    private static readonly Repeatable Instance = new();

    private Repeatable()
    {
    }

    /// <summary>Whether the request may be repeated without harm: by its method (RFC 9110 §9.2.2) or by its endpoint's declaration.</summary>
    public static bool Is(HttpContext context) =>
        !HttpMethods.IsPost(context.Request.Method) && !HttpMethods.IsPatch(context.Request.Method)
        || EndpointOf(context)?.Metadata.GetMetadata<Repeatable>() is not null;

    /// <summary>The request's endpoint, also while an exception is being answered: by then the framework has taken it from the context.</summary>
    internal static Endpoint? EndpointOf(HttpContext context) =>
        context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;

    internal static void Declare(EndpointBuilder endpoint) => endpoint.Metadata.Add(Instance);
}

/// <summary>What endpoints say about their errors.</summary>
internal static class ProblemConventions
{
    /// <summary>Declares a POST harmless to repeat: when its outcome is unknown, the answer then says <c>retrySafe: true</c>.</summary>
    public static TBuilder IsRepeatable<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(Repeatable.Declare);
        return builder;
    }

    /// <summary>
    /// The problems that this endpoint answers with, for the API's description. Those that every endpoint has (key, scope, rate,
    /// database, internal) are added by themselves.
    /// </summary>
    public static TBuilder ProducesProblems<TBuilder>(this TBuilder builder, params ProblemType[] types)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ProducedProblems(types));
}

/// <summary>The problems of one endpoint.</summary>
internal sealed record ProducedProblems(IReadOnlyList<ProblemType> Types);
