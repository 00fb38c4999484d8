using CloudKick.Relay.Admin;
using CloudKick.Relay.Database;
using CloudKick.Relay.Languages;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.CloudConnect;

/// <summary>The plan from Cloud Connect 1.0 to 2.0 over HTTP: for a merchant its own, for the platform's operators anyone's.</summary>
internal static class MigrationEndpoints
{
    private const string Summary = "Plan the way from Cloud Connect 1.0 to 2.0.";
    private const string Description =
        "Which terminals still are on 1.0 or, though set to 2.0, cannot come yet (whitelist, firmware, installation), the order of steps (the terminals "
        + "first, then the till's configuration), what is done and what blocks, in English, Dutch, French or German by `lang`, else by `Accept-Language`. "
        + "The terminals that are not done come page by page; the counts are of all of the merchant's terminals on every page.";

    public static void MapMigration(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/migration-plan", OwnAsync)
            .WithTags("Terminals")
            .RequireScope(Scopes.TerminalsRead)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("planMigration")
            .WithSummary(Summary)
            .WithDescription(Description);
        routes.MapGet("/v1/admin/merchants/{merchantId:guid}/migration-plan", AnyAsync)
            .WithTags("Admin: merchants")
            .RequireScope(Scopes.PlatformRead)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.MerchantNotFound)
            .WithName("planMigrationOfMerchant")
            .WithSummary(Summary)
            .WithDescription(Description);
    }

    private static Task<Results<Ok<MigrationPlanAnswer>, ProblemResult>> OwnAsync(
        [AsParameters] PageQuery page, [FromQuery] string? step, [FromQuery] string? lang, Caller caller, MigrationPlanner planner, HttpContext http,
        CancellationToken cancellationToken) =>
        PlanAsync(caller.RequiredMerchant, byOperator: false, page, step, lang, planner, http, cancellationToken);

    private static Task<Results<Ok<MigrationPlanAnswer>, ProblemResult>> AnyAsync(
        Guid merchantId, [AsParameters] PageQuery page, [FromQuery] string? step, [FromQuery] string? lang, MigrationPlanner planner, HttpContext http,
        CancellationToken cancellationToken) =>
        PlanAsync(new MerchantId(merchantId), byOperator: true, page, step, lang, planner, http, cancellationToken);

    private static async Task<Results<Ok<MigrationPlanAnswer>, ProblemResult>> PlanAsync(
        MerchantId merchant, bool byOperator, PageQuery page, string? step, string? lang, MigrationPlanner planner, HttpContext http,
        CancellationToken cancellationToken)
    {
        var validation = PageQueryValidator.Instance.Validate(page);
        if (step is not null && PlanSteps.Find(step) is null)
            validation.Errors.Add(new ValidationFailure(nameof(step), $"must be one of {string.Join(", ", PlanSteps.All.Select(one => one.Name()))}"));
        var language = Language.Choose(lang, http.Request);
        if (language is null)
            validation.Errors.Add(new ValidationFailure(nameof(lang), Language.Rule));
        if (language is null || !validation.IsValid)
            return Problem.Invalid(validation);

        var wanted = new PlanSelection(PlanSteps.Find(step), page.After, page.Size + 1);
        if (await planner.PlanAsync(merchant, byOperator, wanted, cancellationToken) is not { } plan)
            return MerchantEndpoints.NotFound(merchant.Value);
        http.Response.Headers.ContentLanguage = language.Name;
        return TypedResults.Ok(PlanTexts.Describe(merchant, plan, language, page.Size));
    }
}
