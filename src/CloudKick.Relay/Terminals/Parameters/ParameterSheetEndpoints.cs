using CloudKick.Relay.Database;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Terminals.Parameters;

/// <summary>Parameter sheets over HTTP, for a terminal's merchant and for the platform's operators.</summary>
internal static class ParameterSheetEndpoints
{
    private const string Route = "/{terminalId}/parameters";

    private const string Description =
        "JSON, CSV or a page to print in Dutch or English: by `format` and `lang`, else by `Accept` and `Accept-Language`. Names, groups and values are the management system's own.";

    /// <summary>In the group <c>/v1/terminals</c>.</summary>
    public static void MapParameterSheets(this IEndpointRouteBuilder terminals) =>
        Describe(terminals.MapGet(Route, GetOwnAsync))
            .WithName("getTerminalParameters")
            .WithSummary("Read what must be set for a terminal: in its management system, in itself, at the till, in the firewall.")
            .WithDescription(Description + " A terminal that does not exist and one that is not yours get the same answer.");

    /// <summary>In the group <c>/v1/admin/terminals</c>.</summary>
    public static void MapAdminParameterSheets(this IEndpointRouteBuilder terminals) =>
        Describe(terminals.MapGet(Route, GetAnyAsync))
            .WithName("getAnyTerminalParameters")
            .WithSummary("Read what must be set for any terminal.")
            .WithDescription(Description);

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint
        .Produces<ParameterSheet>(StatusCodes.Status200OK, "application/json", "text/csv", "text/html")
        .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.TerminalNotFound);

    private static Task<Results<ParameterSheetResult, ProblemResult>> GetOwnAsync(
        string terminalId, [FromQuery] string? format, [FromQuery] string? lang, HttpRequest request, Caller caller,
        TerminalDirectory directory, ParameterSheets sheets, CancellationToken cancellationToken) =>
        GetAsync(terminalId, format, lang, request, caller.RequiredMerchant, TerminalEndpoints.NotFound, directory, sheets, cancellationToken);

    private static Task<Results<ParameterSheetResult, ProblemResult>> GetAnyAsync(
        string terminalId, [FromQuery] string? format, [FromQuery] string? lang, HttpRequest request,
        TerminalDirectory directory, ParameterSheets sheets, CancellationToken cancellationToken) =>
        GetAsync(terminalId, format, lang, request, null, AdminTerminalEndpoints.NotFound, directory, sheets, cancellationToken);

    private static async Task<Results<ParameterSheetResult, ProblemResult>> GetAsync(
        string terminalId, string? format, string? lang, HttpRequest request, MerchantId? reader, Func<string, ProblemResult> notFound,
        TerminalDirectory directory, ParameterSheets sheets, CancellationToken cancellationToken)
    {
        var choice = ParameterSheetChoice.Of(request, format, lang, out var faults);
        if (!TerminalId.IsWellFormed(terminalId))
            faults = [new FieldError(nameof(terminalId), TerminalId.Rule), .. faults];
        if (faults.Count > 0)
            return Problem.Invalid(faults);
        return await directory.FindAsync(reader, terminalId, cancellationToken) is { } row
            ? new ParameterSheetResult(sheets.For(row), choice)
            : notFound(terminalId);
    }
}
