using System.Globalization;
using CloudKick.Relay.Admin;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudKick.Relay.Auditing;

/// <summary>The audit log: a merchant's own, and for the platform's operators each merchant's chain and the platform's own.</summary>
internal static class AuditEndpoints
{
    private const string OfMerchant = "/merchants/{merchantId:guid}/audit";
    private const string OfPlatform = "/audit";
    private const string Verification = "/verification";

    private const string ListSummary = "List the audit log, newest first, page by page.";
    private const string VerifySummary = "Check the audit log's chain from its first row to its last.";
    private const string VerifyDescription = "Finds a row that was edited, removed, added or moved.";

    public static void MapAuditLog(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1/audit").WithTags("Audit log").RequireScope(Scopes.AuditRead);
        own.MapGet("/", ListOwnAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("listOwnAudit")
            .WithSummary("List your audit log, newest first, page by page.")
            .WithDescription("What was changed of your data, by whom, and what the platform's support staff looked at.");
        own.MapGet(Verification, VerifyOwnAsync)
            .WithName("verifyOwnAudit")
            .WithSummary(VerifySummary)
            .WithDescription(VerifyDescription);

        var logs = routes.MapGroup("/v1/admin").WithTags("Admin: audit log").RequireScope(Scopes.PlatformRead);
        logs.MapGet(OfMerchant, ListOfMerchantAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.MerchantNotFound)
            .WithName("listAuditOfMerchant")
            .WithSummary(ListSummary)
            .WithDescription("The chain of one merchant: what was changed of its data, by whom, and what support staff looked at.");
        logs.MapGet(OfPlatform, ListOfPlatformAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("listAuditOfPlatform")
            .WithSummary(ListSummary)
            .WithDescription("The platform's own chain: what concerns no merchant.");
        logs.MapGet(OfMerchant + Verification, VerifyOfMerchantAsync)
            .ProducesProblems(ProblemTypes.MerchantNotFound)
            .WithName("verifyAuditOfMerchant")
            .WithSummary(VerifySummary)
            .WithDescription(VerifyDescription);
        logs.MapGet(OfPlatform + Verification, VerifyOfPlatformAsync)
            .WithName("verifyAuditOfPlatform")
            .WithSummary(VerifySummary)
            .WithDescription(VerifyDescription);
    }

    private static Task<Results<Ok<Page<AuditEntryAnswer>>, ProblemResult>> ListOwnAsync(
        [AsParameters] PageQuery page, [AsParameters] AuditQuery query, Caller caller, AuditLog log, CancellationToken cancellationToken) =>
        ListAsync(caller.RequiredMerchant, page, query, log, cancellationToken);

    private static async Task<Ok<AuditVerdictAnswer>> VerifyOwnAsync(Caller caller, AuditLog log, CancellationToken cancellationToken) =>
        TypedResults.Ok(AuditVerdictAnswer.From(await log.VerifyAsync(caller.RequiredMerchant, cancellationToken)));

    private static async Task<Results<Ok<Page<AuditEntryAnswer>>, ProblemResult>> ListOfMerchantAsync(
        Guid merchantId, [AsParameters] PageQuery page, [AsParameters] AuditQuery query, MerchantRegistry merchants, AuditLog log,
        CancellationToken cancellationToken) =>
        await merchants.FindAsync(new MerchantId(merchantId), cancellationToken) is null
            ? MerchantEndpoints.NotFound(merchantId)
            : await ListAsync(new MerchantId(merchantId), page, query, log, cancellationToken);

    private static Task<Results<Ok<Page<AuditEntryAnswer>>, ProblemResult>> ListOfPlatformAsync(
        [AsParameters] PageQuery page, [AsParameters] AuditQuery query, AuditLog log, CancellationToken cancellationToken) =>
        ListAsync(null, page, query, log, cancellationToken);

    private static async Task<Results<Ok<Page<AuditEntryAnswer>>, ProblemResult>> ListAsync(
        MerchantId? owner, PageQuery page, AuditQuery query, AuditLog log, CancellationToken cancellationToken)
    {
        List<FieldError> faults =
        [
            .. PageQueryValidator.Instance.Validate(page).Errors.Select(failure => new FieldError(JsonPath.FromProperty(failure.PropertyName), failure.ErrorMessage)),
            .. query.Faults(),
        ];
        long before = 0;
        if (page.After is { } key && !long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            faults.Add(new FieldError("cursor", "is no cursor of this list: send the nextCursor of the page before as it came"));
        if (faults.Count > 0)
            return Problem.Invalid(faults);

        var rows = await log.ListAsync(owner, query.ToFilter(), page.After is null ? null : before, page.Size + 1, cancellationToken);
        return TypedResults.Ok(Page<AuditEntryAnswer>.From(
            rows, page.Size, AuditEntryAnswer.From, row => row.ChainIndex.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<Results<Ok<AuditVerdictAnswer>, ProblemResult>> VerifyOfMerchantAsync(
        Guid merchantId, MerchantRegistry merchants, AuditLog log, CancellationToken cancellationToken) =>
        await merchants.FindAsync(new MerchantId(merchantId), cancellationToken) is null
            ? MerchantEndpoints.NotFound(merchantId)
            : TypedResults.Ok(AuditVerdictAnswer.From(await log.VerifyAsync(new MerchantId(merchantId), cancellationToken)));

    private static async Task<Ok<AuditVerdictAnswer>> VerifyOfPlatformAsync(AuditLog log, CancellationToken cancellationToken) =>
        TypedResults.Ok(AuditVerdictAnswer.From(await log.VerifyAsync(null, cancellationToken)));
}
