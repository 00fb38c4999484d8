using CloudKick.Relay.Paging;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudKick.Relay.Terminals.Transfers;

/// <summary>Terminals that come to a merchant or leave it, over HTTP: the merchant agrees or declines.</summary>
internal static class TransferEndpoints
{
    private const string TransferRoute = "/{transferId:guid}";

    public static void MapTransfers(this IEndpointRouteBuilder routes)
    {
        var transfers = routes.MapGroup("/v1/transfers").WithTags("Transfers").RequireScope(Scopes.WhitelistRead, Scopes.WhitelistWrite);

        transfers.MapGet("/", ListAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("listTransfers")
            .WithSummary("List transfers of terminals to you and from you, the newest first, page by page.")
            .WithDescription("The platform proposes a transfer. It happens when both merchants have agreed; `awaitsYou` says which wait for your answer.");
        transfers.MapGet(TransferRoute, GetAsync)
            .ProducesProblems(ProblemTypes.TransferNotFound)
            .WithName("getTransfer")
            .WithSummary("Read a transfer.");
        transfers.MapPost(TransferRoute + "/agree", AgreeAsync)
            .IsRepeatable()
            .ProducesProblems(ProblemTypes.TransferNotFound, ProblemTypes.TransferEnded)
            .WithName("agreeToTransfer")
            .WithSummary("Agree to a transfer.")
            .WithDescription(
                "With the second merchant's yes the terminal changes hands in that moment (`done`): the one that had it can no longer see or kick it. "
                + "`overtaken`: it was not the first merchant's any more, and stays where it is. Agreeing twice is no mistake.");
        transfers.MapPost(TransferRoute + "/decline", DeclineAsync)
            .IsRepeatable()
            .ProducesProblems(ProblemTypes.TransferNotFound, ProblemTypes.TransferEnded)
            .WithName("declineTransfer")
            .WithSummary("Decline a transfer.")
            .WithDescription("The terminal stays where it is, and the transfer is over for both merchants. Declining twice is no mistake.");
    }

    private static async Task<Results<Ok<Page<MerchantTransferAnswer>>, ProblemResult>> ListAsync(
        [AsParameters] PageQuery page, [AsParameters] TransferQuery query, Caller caller, TransferSearch search, CancellationToken cancellationToken)
    {
        FieldError[] faults = [.. query.Faults(page)];
        if (faults.Length > 0)
            return Problem.Invalid(faults);
        var merchant = caller.RequiredMerchant;
        var rows = await search.ListAsync(merchant, query, null, page, cancellationToken);
        return TypedResults.Ok(Page<MerchantTransferAnswer>.From(rows, page.Size, row => MerchantTransferAnswer.Of(row, merchant), TransferPlace.Of));
    }

    private static async Task<Results<Ok<MerchantTransferAnswer>, ProblemResult>> GetAsync(
        Guid transferId, Caller caller, TransferSearch search, CancellationToken cancellationToken) =>
        await search.FindAsync(caller.RequiredMerchant, transferId, cancellationToken) is { } found
            ? TypedResults.Ok(MerchantTransferAnswer.Of(found, caller.RequiredMerchant))
            : NotFound(transferId);

    private static async Task<Results<Ok<MerchantTransferAnswer>, ProblemResult>> AgreeAsync(
        Guid transferId, Caller caller, Actor actor, TerminalTransfers transfers, TransferSearch search, CancellationToken cancellationToken)
    {
        var outcome = await transfers.AgreeAsync(transferId, caller.RequiredMerchant, actor, cancellationToken);
        return await AnswerAsync(outcome, TransferState.Done, transferId, caller, search, cancellationToken);
    }

    private static async Task<Results<Ok<MerchantTransferAnswer>, ProblemResult>> DeclineAsync(
        Guid transferId, Caller caller, Actor actor, TerminalTransfers transfers, TransferSearch search, CancellationToken cancellationToken)
    {
        var outcome = await transfers.DeclineAsync(transferId, caller.RequiredMerchant, actor, cancellationToken);
        return await AnswerAsync(outcome, TransferState.Declined, transferId, caller, search, cancellationToken);
    }

    private static async Task<Results<Ok<MerchantTransferAnswer>, ProblemResult>> AnswerAsync(
        TransferOutcome outcome, string wanted, Guid transferId, Caller caller, TransferSearch search, CancellationToken cancellationToken)
    {
        if (await search.FindAsync(caller.RequiredMerchant, transferId, cancellationToken) is not { } transfer)
            return NotFound(transferId);
        // It was over before: as was wanted, or otherwise.
        return outcome == TransferOutcome.Impossible && transfer.State != wanted
            ? Problem.TransferEnded($"The transfer is {transfer.State}: it ended before your answer.", ("state", transfer.State))
            : TypedResults.Ok(MerchantTransferAnswer.Of(transfer, caller.RequiredMerchant));
    }

    private static ProblemResult NotFound(Guid transferId) =>
        Problem.TransferNotFound($"You have no transfer {transferId}. GET /v1/transfers lists those that concern you.");
}
