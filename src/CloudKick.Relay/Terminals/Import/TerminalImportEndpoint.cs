using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CloudKick.Relay.Csv;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Terminals.Import;

/// <summary>Many terminals at once, from the management system's export: all of them or none.</summary>
internal static class TerminalImportEndpoint
{
    // As the API writes its answers: nulls are left out.
    private static readonly TerminalJson ReportJson = new(
        new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull });

    public static void MapTerminalImport(this IEndpointRouteBuilder terminals) =>
        terminals.MapPost("/import", ImportAsync)
            .Accepts<string>(MediaTypeNames.Text.Csv)
            .TakesImport()
            .IsRepeatable()
            .WithName("importTerminals")
            .WithSummary("Register many terminals: all or none.")
            .WithDescription(
                $"Up to {TerminalImportFile.MaximumLines} terminals and 1 MiB of CSV (RFC 4180, UTF-8; semicolons may stand for all the commas). The first line names the "
                + $"columns, in any order: `{string.Join(',', TerminalImportFile.Columns)}`; only the first two are required. A terminal that is registered already stays as it is. "
                + "When a line is not valid, nothing is changed and every fault is named with its line (`lines[3].connectMode`, the header being line 1) and a `code`; "
                + "the problem's `lines` has the report of every line, what the good ones would do too. With `dryRun=true` the answer is the same and nothing is changed.");

    private static async Task<Results<Ok<TerminalImportAnswer>, ProblemResult>> ImportAsync(
        HttpRequest request, [FromQuery] bool? dryRun, Actor actor, TerminalImport import, CancellationToken cancellationToken)
    {
        var (text, problem) = await CsvRequest.ReadAsync(request, cancellationToken);
        if (text is null)
            return problem!;
        var file = TerminalImportFile.Read(text);
        if (file.Fault is { } fault)
            return Problem.Invalid([fault.ToError()]);

        var report = await import.RunAsync(file, actor, dryRun is true, cancellationToken);
        var answer = new TerminalImportAnswer(dryRun ?? false, report.Created, report.Unchanged, [.. report.Lines.Select(TerminalImportLineAnswer.From)]);
        return report.IsFaulty ? Faulty(answer.Lines) : TypedResults.Ok(answer);
    }

    private static ProblemResult Faulty(IReadOnlyList<TerminalImportLineAnswer> lines) => Problem.Invalid(
        lines.SelectMany(line => line.Faults ?? []),
        new JsonObject { ["lines"] = JsonSerializer.SerializeToNode(lines, ReportJson.IReadOnlyListTerminalImportLineAnswer) });
}

/// <summary>What an import did, or in a dry run would do.</summary>
/// <param name="DryRun">Nothing was changed.</param>
/// <param name="Created">How many terminals were registered.</param>
/// <param name="Unchanged">How many were registered already.</param>
/// <param name="Lines">One for each line of the import, in its order.</param>
internal sealed record TerminalImportAnswer(bool DryRun, int Created, int Unchanged, IReadOnlyList<TerminalImportLineAnswer> Lines);

/// <summary>What became of one line of an import, or would.</summary>
/// <param name="Line">The line of the file, its header being line 1.</param>
/// <param name="TerminalId">The terminal's TMS ID, absent when what stands there is none.</param>
/// <param name="Effect"><c>created</c>, <c>unchanged</c> (it is registered already), or <c>faulty</c> when something is wrong with the line.</param>
/// <param name="Faults">Everything that is wrong with the line; absent when nothing is.</param>
internal sealed record TerminalImportLineAnswer(int Line, string? TerminalId, string Effect, IReadOnlyList<FieldError>? Faults)
{
    public static TerminalImportLineAnswer From(TerminalImportResult result) => new(
        result.Line.Number, result.Line.Terminal?.TerminalId, JsonNamingPolicy.CamelCase.ConvertName(result.Effect.ToString()),
        result.Line.Faults is [] ? null : [.. result.Line.Faults.Select(fault => fault.ToError())]);
}
