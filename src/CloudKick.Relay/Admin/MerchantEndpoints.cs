using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Preconditions;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudKick.Relay.Admin;

/// <summary><c>/v1/admin/merchants</c>.</summary>
internal static class MerchantEndpoints
{
    public static void MapMerchants(this IEndpointRouteBuilder admin)
    {
        var merchants = admin.MapGroup("/merchants").WithTags("Admin: merchants");
        merchants.MapPost("/", AddAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("addMerchant")
            .WithSummary("Add a merchant.");
        merchants.MapGet("/", ListAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("listMerchants")
            .WithSummary("List merchants in the order in which they were added, page by page.");
        merchants.MapGet("/{merchantId:guid}", GetAsync)
            .ProducesProblems(ProblemTypes.MerchantNotFound)
            .IsConditionalRead()
            .WithName("getMerchant")
            .WithSummary("Read a merchant.");
        merchants.MapPost("/{merchantId:guid}/disable", DisableAsync)
            .IsRepeatable()
            .ProducesProblems(ProblemTypes.MerchantNotFound)
            .WithName("disableMerchant")
            .WithSummary("Disable a merchant.")
            .WithDescription("None of its keys works any more, within 5 seconds on every node; its people cannot sign in, and nobody kicks its terminals. Its data stays.");
        merchants.MapPost("/{merchantId:guid}/enable", EnableAsync)
            .IsRepeatable()
            .ProducesProblems(ProblemTypes.MerchantNotFound)
            .WithName("enableMerchant")
            .WithSummary("Enable a disabled merchant.")
            .WithDescription("Those of its keys that were not revoked work again.");
    }

    public static ProblemResult NotFound(Guid merchantId) =>
        Problem.MerchantNotFound($"There is no merchant {merchantId}. GET /v1/admin/merchants lists those that there are.");

    private static async Task<Results<Created<MerchantResponse>, ProblemResult>> AddAsync(
        MerchantRequest request, Actor actor, MerchantRegistry merchants, CancellationToken cancellationToken)
    {
        var validation = MerchantRequestValidator.Instance.Validate(request);
        if (!validation.IsValid)
            return Problem.Invalid(validation);
        var added = await merchants.AddAsync(request.Name!, actor, cancellationToken);
        return TypedResults.Created($"/v1/admin/merchants/{added.MerchantId}", MerchantResponse.From(added));
    }

    private static async Task<Results<Ok<Page<MerchantResponse>>, ProblemResult>> ListAsync(
        [AsParameters] PageQuery page, MerchantRegistry merchants, CancellationToken cancellationToken)
    {
        var validation = PageQueryValidator.Instance.Validate(page);
        if (!validation.IsValid)
            return Problem.Invalid(validation);
        var after = default(Guid);
        if (page.After is { } key && !Guid.TryParseExact(key, "D", out after))
            return Problem.Invalid("cursor", "is no cursor of this list: send the nextCursor of the page before as it came");
        var rows = await merchants.ListAsync(page.After is null ? null : new MerchantId(after), page.Size + 1, cancellationToken);
        return TypedResults.Ok(Page<MerchantResponse>.From(rows, page.Size, MerchantResponse.From, row => row.MerchantId.ToString("D")));
    }

    private static async Task<Results<Ok<MerchantResponse>, ProblemResult>> GetAsync(
        Guid merchantId, MerchantRegistry merchants, CancellationToken cancellationToken) =>
        Answer(merchantId, await merchants.FindAsync(new MerchantId(merchantId), cancellationToken));

    private static async Task<Results<Ok<MerchantResponse>, ProblemResult>> DisableAsync(
        Guid merchantId, Actor actor, MerchantRegistry merchants, CancellationToken cancellationToken) =>
        Answer(merchantId, await merchants.SetDisabledAsync(new MerchantId(merchantId), true, actor, cancellationToken));

    private static async Task<Results<Ok<MerchantResponse>, ProblemResult>> EnableAsync(
        Guid merchantId, Actor actor, MerchantRegistry merchants, CancellationToken cancellationToken) =>
        Answer(merchantId, await merchants.SetDisabledAsync(new MerchantId(merchantId), false, actor, cancellationToken));

    private static Results<Ok<MerchantResponse>, ProblemResult> Answer(Guid merchantId, Merchant? merchant) =>
        merchant is null ? NotFound(merchantId) : TypedResults.Ok(MerchantResponse.From(merchant));
}
