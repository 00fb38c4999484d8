using CloudKick.Relay.Preconditions;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudKick.Relay.Whitelist;

/// <summary>
/// The whitelist's last change, and undoing it. Not under <c>/v1/whitelist</c>: what stands there is a terminal's id.
/// </summary>
internal static class WhitelistChangeEndpoints
{
    public static void MapWhitelistChanges(this IEndpointRouteBuilder routes)
    {
        var changes = routes.MapGroup("/v1/whitelist-changes").WithTags("Whitelist");
        changes.MapGet("/last", LastAsync)
            .RequireScope(Scopes.WhitelistRead)
            .ProducesProblems(ProblemTypes.WhitelistChangeNotFound)
            .IsConditionalRead()
            .WithName("getLastWhitelistChange")
            .WithSummary("Read the whitelist's last change: one entry, or all those of an import.")
            .WithDescription("Whoever made it, and by whatever way: over the API, on a page or on the command line.");
        changes.MapPost("/{changeId:guid}/undo", UndoAsync)
            .RequireScope(Scopes.WhitelistWrite)
            .IsRepeatable()
            .ProducesProblems(ProblemTypes.NotTheLastChange)
            .WithName("undoWhitelistChange")
            .WithSummary("Undo the whitelist's last change.")
            .WithDescription(
                "Every entry of it is again as it was, all or none. The answer is the change that this is: undoing that one does it again. Only the "
                + "last change can be undone; when another came meanwhile, nothing is done.");
    }

    private static async Task<Results<Ok<WhitelistChangeAnswer>, ProblemResult>> LastAsync(
        Caller caller, MerchantWhitelist whitelist, CancellationToken cancellationToken) =>
        await whitelist.FindLastChangeAsync(caller.RequiredMerchant, cancellationToken) is { } last
            ? TypedResults.Ok(WhitelistChangeAnswer.From(last))
            : Problem.WhitelistChangeNotFound("Your whitelist was never changed. PUT /v1/whitelist/{terminalId} puts a terminal on it.");

    private static async Task<Results<Ok<WhitelistChangeAnswer>, ProblemResult>> UndoAsync(
        Guid changeId, Caller caller, Actor actor, MerchantWhitelist whitelist, CancellationToken cancellationToken) =>
        await whitelist.UndoAsync(caller.RequiredMerchant, changeId, actor, cancellationToken) is { } undoing
            ? TypedResults.Ok(WhitelistChangeAnswer.From(undoing))
            : Problem.NotTheLastChange(
                $"{changeId} is not the last change of your whitelist, or not any more. GET /v1/whitelist-changes/last tells which is; look at what it changed before you undo it.");
}
