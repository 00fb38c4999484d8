using CloudKick.Relay.Database;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Terminals.Transfers;

/// <summary>The platform operators' calls on transfers: they propose and withdraw, and the merchants decide.</summary>
internal static class AdminTransferEndpoints
{
    private const string TransferRoute = "/{transferId:guid}";

    public static void MapAdminTransfers(this IEndpointRouteBuilder routes)
    {
        var transfers = routes.MapGroup("/v1/admin/transfers").WithTags("Admin: transfers").RequireScope(Scopes.PlatformRead, Scopes.PlatformAdmin);

        transfers.MapPost("/", ProposeAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.TerminalNotFound, ProblemTypes.TransferInProgress)
            .WithName("proposeTransfer")
            .WithSummary("Propose that a terminal goes from its merchant to another one.")
            .WithDescription(
                "Both merchants are asked, on their pages and under `/v1/transfers`; with the second yes the terminal changes hands. Every step is in the "
                + "audit logs of both. A terminal that is nobody's needs nobody's consent: `PUT /v1/admin/terminals/{terminalId}/merchant`.");
        transfers.MapGet("/", ListAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("listAllTransfers")
            .WithSummary("List transfers between all merchants, the newest first, page by page.");
        transfers.MapGet(TransferRoute, GetAsync)
            .ProducesProblems(ProblemTypes.TransferNotFound)
            .WithName("getAnyTransfer")
            .WithSummary("Read a transfer.");
        transfers.MapPost(TransferRoute + "/withdraw", WithdrawAsync)
            .IsRepeatable()
            .ProducesProblems(ProblemTypes.TransferNotFound, ProblemTypes.TransferEnded)
            .WithName("withdrawTransfer")
            .WithSummary("Withdraw a proposed transfer.")
            .WithDescription("The terminal stays where it is. Withdrawing twice is no mistake.");
    }

    private static async Task<Results<Created<AdminTransferAnswer>, ProblemResult>> ProposeAsync(
        TransferPost body, Actor actor, TerminalTransfers transfers, TerminalDirectory directory, CancellationToken cancellationToken)
    {
        FieldError[] faults = [.. body.Faults()];
        if (faults.Length > 0)
            return Problem.Invalid(faults);

        var (terminal, taker) = (body.TerminalId!, new MerchantId(body.MerchantId!.Value));
        var (outcome, proposed) = await transfers.ProposeAsync(terminal, taker, actor, cancellationToken);
        return outcome switch
        {
            TransferOutcome.Waiting => TypedResults.Created($"/v1/admin/transfers/{proposed!.TransferId}", AdminTransferAnswer.Of(proposed)),
            TransferOutcome.UnderWay => Problem.TransferInProgress(
                $"A transfer of terminal {terminal} waits for the merchants' answers. Withdraw it first: GET /v1/admin/transfers?state=open&terminalId={terminal} has its id.",
                ("terminalId", terminal)),
            _ => await WhyNotAsync(terminal, taker, directory, cancellationToken),
        };
    }

    private static async Task<ProblemResult> WhyNotAsync(
        string terminal, MerchantId taker, TerminalDirectory directory, CancellationToken cancellationToken)
    {
        if (await directory.FindAsync(null, terminal, cancellationToken) is not { } found)
            return AdminTerminalEndpoints.NotFound(terminal);
        if (found.MerchantId is null)
            return Problem.Invalid("terminalId", $"is nobody's, so nobody has to agree: PUT /v1/admin/terminals/{terminal}/merchant gives it to a merchant");
        return Problem.Invalid(
            "merchantId", found.MerchantId == taker.Value ? "has the terminal already" : "is no merchant's id, or that of one that is disabled");
    }

    private static async Task<Results<Ok<Page<AdminTransferAnswer>>, ProblemResult>> ListAsync(
        [AsParameters] PageQuery page, [AsParameters] TransferQuery query, [FromQuery] Guid? merchantId, TransferSearch search,
        CancellationToken cancellationToken)
    {
        FieldError[] faults = [.. query.Faults(page)];
        if (faults.Length > 0)
            return Problem.Invalid(faults);
        var rows = await search.ListAsync(null, query, merchantId, page, cancellationToken);
        return TypedResults.Ok(Page<AdminTransferAnswer>.From(rows, page.Size, AdminTransferAnswer.Of, TransferPlace.Of));
    }

    private static async Task<Results<Ok<AdminTransferAnswer>, ProblemResult>> GetAsync(
        Guid transferId, TransferSearch search, CancellationToken cancellationToken) =>
        await search.FindAsync(null, transferId, cancellationToken) is { } found ? TypedResults.Ok(AdminTransferAnswer.Of(found)) : NotFound(transferId);

    private static async Task<Results<Ok<AdminTransferAnswer>, ProblemResult>> WithdrawAsync(
        Guid transferId, Actor actor, TerminalTransfers transfers, TransferSearch search, CancellationToken cancellationToken)
    {
        var outcome = await transfers.WithdrawAsync(transferId, actor, cancellationToken);
        if (await search.FindAsync(null, transferId, cancellationToken) is not { } transfer)
            return NotFound(transferId);
        return outcome == TransferOutcome.Impossible && transfer.State != TransferState.Withdrawn
            ? Problem.TransferEnded($"The transfer is {transfer.State}: it ended before it could be withdrawn.", ("state", transfer.State))
            : TypedResults.Ok(AdminTransferAnswer.Of(transfer));
    }

    private static ProblemResult NotFound(Guid transferId) =>
        Problem.TransferNotFound($"There is no transfer {transferId}. GET /v1/admin/transfers lists them.");
}
