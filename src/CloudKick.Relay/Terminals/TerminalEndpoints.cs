using CloudKick.Relay.Paging;
using CloudKick.Relay.Preconditions;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals.Parameters;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudKick.Relay.Terminals;

/// <summary>The merchant's terminals over HTTP.</summary>
internal static class TerminalEndpoints
{
    public static void MapTerminals(this IEndpointRouteBuilder routes)
    {
        var terminals = routes.MapGroup("/v1/terminals").WithTags("Terminals").RequireScope(Scopes.TerminalsRead);

        terminals.MapGet("/", ListAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("listTerminals")
            .WithSummary("List your terminals by id, with presence and last session, page by page.");
        terminals.MapGet("/{terminalId}", GetAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.TerminalNotFound)
            .IsConditionalRead()
            .WithName("getTerminal")
            .WithSummary("Read a terminal with its presence and last session.")
            .WithDescription("A terminal that does not exist and one that is not yours get the same answer.");
        terminals.MapParameterSheets();
    }

    /// <summary>What a merchant is told of a terminal that does not exist or is not its own.</summary>
    public static ProblemResult NotFound(string terminalId) =>
        Problem.TerminalNotFound($"You have no terminal {TerminalId.InAnswer(terminalId)}. Check the id, or ask the platform's operator to register it to you.");

    private static async Task<Results<Ok<Page<TerminalAnswer>>, ProblemResult>> ListAsync(
        [AsParameters] PageQuery page, [AsParameters] TerminalListQuery query, Caller caller, TerminalDirectory directory, CancellationToken cancellationToken)
    {
        var validation = query.Validate(page);
        if (!validation.IsValid)
            return Problem.Invalid(validation);

        var rows = await directory.ListAsync(caller.RequiredMerchant, query.ToFilter(), page.After, page.Size + 1, cancellationToken);
        return TypedResults.Ok(Page<TerminalAnswer>.From(rows, page.Size, TerminalAnswer.From, row => row.TerminalId));
    }

    private static async Task<Results<Ok<TerminalAnswer>, ProblemResult>> GetAsync(
        string terminalId, Caller caller, TerminalDirectory directory, CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId))
            return Problem.Invalid(nameof(terminalId), TerminalId.Rule);
        return await directory.FindAsync(caller.RequiredMerchant, terminalId, cancellationToken) is { } row
            ? TypedResults.Ok(TerminalAnswer.From(row))
            : NotFound(terminalId);
    }
}
