using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CloudKick.Relay.Csv;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Whitelist;

/// <summary>Many terminals at once, as CSV or JSON: all of them or none.</summary>
internal static class WhitelistImportEndpoint
{
    // As the API writes its answers: nulls are left out.
    private static readonly WhitelistJson ReportJson = new(
        new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull });

    public static void MapWhitelistImport(this IEndpointRouteBuilder whitelist) =>
        whitelist.MapPost("/import", ImportAsync)
            .RequireScope(Scopes.WhitelistWrite)
            .Accepts<WhitelistImport>(MediaTypeNames.Application.Json, MediaTypeNames.Text.Csv)
            .TakesImport()
            .IsRepeatable()
            .WithName("importWhitelist")
            .WithSummary("Put many terminals on the whitelist: all or none.")
            .WithDescription(
                "Up to 10,000 terminals and 1 MiB; more come in parts. CSV (RFC 4180, UTF-8) begins with the line `terminalId,label,enabledUntil`, and semicolons may "
                + "stand for all the commas. The latter two columns may be left out: an entry that is there then keeps what it has, while an empty cell takes it away; "
                + "in JSON a member that is left out stays, and `null` takes it away. In CSV `enabledUntil` may be a day, like `2027-01-31`: until 23:59:59 UTC of it. "
                + "Lines of nothing but empty cells are passed over. Entries of other terminals stay as they are. When a line is not valid, nothing is changed and "
                + "every fault, of the first 1,000, is named with its line (`lines[3].label`, the header being line 1; in JSON `entries[2].label`, from 0) and a `code`; "
                + "the problem's `lines` has the report of every line, what the good ones would do too. "
                + "With `dryRun=true` the answer is the same and nothing is changed.");

    private static async Task<Results<Ok<WhitelistImportAnswer>, ProblemResult>> ImportAsync(
        HttpRequest request, [FromQuery] bool? dryRun, Caller caller, Actor actor, MerchantWhitelist whitelist, TerminalDirectory terminals,
        CancellationToken cancellationToken)
    {
        var (read, problem) = await ReadAsync(request, cancellationToken);
        if (read is null)
            return problem!;

        // With a fault nothing is imported; what the good lines would do is told all the same.
        var file = await terminals.ReadImportAsync(caller.RequiredMerchant, read, cancellationToken);
        var isFaulty = file.Faults.Count > 0;
        var settings = file.Settings;
        var outcomes = await whitelist.ImportAsync(caller.RequiredMerchant, settings, actor, isFaulty || dryRun is true, cancellationToken);
        var report = WhitelistPreview.Of(file, settings, outcomes);
        var answer = new WhitelistImportAnswer(
            dryRun ?? false, report.Added, report.Updated, report.Unchanged, [.. report.Lines.Select(WhitelistImportLineAnswer.From)]);
        return isFaulty ? Faulty(file.Faults, answer.Lines) : TypedResults.Ok(answer);
    }

    private static ProblemResult Faulty(IReadOnlyList<ImportFault> faults, IReadOnlyList<WhitelistImportLineAnswer> lines) => Problem.Invalid(
        faults.Select(fault => fault.ToError()),
        new JsonObject { ["lines"] = JsonSerializer.SerializeToNode(lines, ReportJson.IReadOnlyListWhitelistImportLineAnswer) });

    // How the body is read as an import, once it is known what it is.
    private static async Task<(Func<IReadOnlySet<string>?, WhitelistImportFile>? Read, ProblemResult? Problem)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HasJsonContentType())
            return await ReadJsonAsync(request, cancellationToken);

        var (text, problem) = await CsvRequest.ReadAsync(request, cancellationToken);
        return (text is null ? null : registered => WhitelistImportFile.FromCsv(text, zone: null, registered), problem);
    }

    private static async Task<(Func<IReadOnlySet<string>?, WhitelistImportFile>? Read, ProblemResult? Problem)> ReadJsonAsync(
        HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await request.ReadFromJsonAsync<WhitelistImport>(cancellationToken) is { } import
                ? (registered => WhitelistImportFile.FromJson(import, registered), null)
                : (null, Problem.Invalid("body", "must be an object"));
        }
        catch (JsonException fault)
        {
            return (null, BadRequestReader.Read(new BadHttpRequestException("The body cannot be read.", fault)));
        }
    }
}
