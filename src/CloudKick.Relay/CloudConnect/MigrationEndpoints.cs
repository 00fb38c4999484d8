using CloudKick.Relay.Admin;
using CloudKick.Relay.Database;
using CloudKick.Relay.Languages;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.CloudConnect;

/// <summary>The plan from Cloud Connect 1.0 to 2.0 over HTTP: for a merchant its own, for the platform's operators anyone's.</summary>
internal static class MigrationEndpoints
{
    private const string Summary = "Plan the way from Cloud Connect 1.0 to 2.0.";
    private const string Description =
        "Which terminals still are on 1.0, the order of steps (the terminals first, then the till's configuration), what is done and what blocks, in "
        + "English, Dutch, French or German by `lang`, else by `Accept-Language`.";

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
        [FromQuery] string? lang, Caller caller, MigrationPlanner planner, HttpContext http, CancellationToken cancellationToken) =>
        PlanAsync(caller.RequiredMerchant, byOperator: false, lang, planner, http, cancellationToken);

    private static Task<Results<Ok<MigrationPlanAnswer>, ProblemResult>> AnyAsync(
        Guid merchantId, [FromQuery] string? lang, MigrationPlanner planner, HttpContext http, CancellationToken cancellationToken) =>
        PlanAsync(new MerchantId(merchantId), byOperator: true, lang, planner, http, cancellationToken);

    private static async Task<Results<Ok<MigrationPlanAnswer>, ProblemResult>> PlanAsync(
        MerchantId merchant, bool byOperator, string? lang, MigrationPlanner planner, HttpContext http, CancellationToken cancellationToken)
    {
        if (Language.Choose(lang, http.Request) is not { } language)
            return Problem.Invalid(nameof(lang), Language.Rule);
        if (await planner.PlanAsync(merchant, byOperator, cancellationToken) is not { } plan)
            return MerchantEndpoints.NotFound(merchant.Value);
        http.Response.Headers.ContentLanguage = language.Name;
        return TypedResults.Ok(PlanTexts.Describe(merchant, plan, plan.Open, language));
    }
}
