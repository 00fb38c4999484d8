using CloudKick.Relay.Database;
using CloudKick.Relay.Languages;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Diagnosis;

/// <summary>The doctor over HTTP: for a merchant its own terminals, for the platform's operators all.</summary>
internal static class DiagnosisEndpoints
{
    private const string Summary = "Find out why a terminal does not come.";
    private const string Description =
        "The checklist of the terminal's manual, evaluated: what was found, what shows it and what to do, in English, Dutch, French or German "
        + "by `lang`, else by `Accept-Language`.";

    public static void MapDiagnosis(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/terminals/{terminalId}/diagnosis", OwnAsync)
            .WithTags("Terminals")
            .RequireScope(Scopes.TerminalsRead)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.TerminalNotFound)
            .WithName("diagnoseTerminal")
            .WithSummary(Summary)
            .WithDescription(Description);
        routes.MapGet("/v1/admin/terminals/{terminalId}/diagnosis", AnyAsync)
            .WithTags("Admin: terminals")
            .RequireScope(Scopes.PlatformRead)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.TerminalNotFound)
            .WithName("diagnoseAnyTerminal")
            .WithSummary(Summary)
            .WithDescription(Description);
    }

    private static Task<Results<Ok<DiagnosisAnswer>, ProblemResult>> OwnAsync(
        string terminalId, [FromQuery] string? lang, Caller caller, Doctor doctor, HttpContext http, CancellationToken cancellationToken) =>
        DiagnoseAsync(caller.RequiredMerchant, terminalId, lang, doctor, http, cancellationToken);

    private static Task<Results<Ok<DiagnosisAnswer>, ProblemResult>> AnyAsync(
        string terminalId, [FromQuery] string? lang, Doctor doctor, HttpContext http, CancellationToken cancellationToken) =>
        DiagnoseAsync(null, terminalId, lang, doctor, http, cancellationToken);

    private static async Task<Results<Ok<DiagnosisAnswer>, ProblemResult>> DiagnoseAsync(
        MerchantId? merchant, string terminalId, string? lang, Doctor doctor, HttpContext http, CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId))
            return Problem.Invalid(nameof(terminalId), TerminalId.Rule);
        if (Language.Choose(lang, http.Request) is not { } language)
            return Problem.Invalid(nameof(lang), Language.Rule);
        if (await doctor.ExamineAsync(merchant, terminalId, cancellationToken) is not var (evidence, findings))
            return merchant is null ? AdminTerminalEndpoints.NotFound(terminalId) : TerminalEndpoints.NotFound(terminalId);
        http.Response.Headers.ContentLanguage = language.Name;
        return TypedResults.Ok(DiagnosisTexts.Describe(evidence, findings, language));
    }
}
