using CloudKick.Relay.Paging;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Whitelist;

/// <summary>The merchant's whitelist over HTTP.</summary>
internal static class WhitelistEndpoints
{
    private const string EntryRoute = "/{terminalId}";

    public static void MapWhitelist(this IEndpointRouteBuilder routes)
    {
        var whitelist = routes.MapGroup("/v1/whitelist").WithTags("Whitelist");

        whitelist.MapGet("/", ListAsync)
            .RequireScope(Scopes.WhitelistRead)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("listWhitelist")
            .WithSummary("List the whitelist by terminal id, page by page.");
        whitelist.MapGet(EntryRoute, GetAsync)
            .RequireScope(Scopes.WhitelistRead)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.WhitelistEntryNotFound)
            .WithName("getWhitelistEntry")
            .WithSummary("Read a terminal's entry.");
        whitelist.MapPut(EntryRoute, PutAsync)
            .RequireScope(Scopes.WhitelistWrite)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("putWhitelistEntry")
            .WithSummary("Put a terminal on the whitelist, or change its entry.")
            .WithDescription(
                "The body says the whole entry: what it leaves out is none. A terminal that is not registered to you may be put on the "
                + "whitelist beforehand; `registered` tells.");
        whitelist.MapDelete(EntryRoute, DeleteAsync)
            .RequireScope(Scopes.WhitelistWrite)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("deleteWhitelistEntry")
            .WithSummary("Take a terminal off the whitelist.")
            .WithDescription("204 also when it was not on it: afterwards it is not, and a repeated request is no fault.");
        whitelist.MapWhitelistImport();
    }

    private static async Task<Results<Ok<Page<WhitelistEntryAnswer>>, ProblemResult>> ListAsync(
        [AsParameters] PageQuery page, [FromQuery] string? prefix, Caller caller, MerchantWhitelist whitelist, CancellationToken cancellationToken)
    {
        var validation = PageQueryValidator.Instance.Validate(page);
        if (!TerminalId.IsPrefix(prefix ?? ""))
            validation.Errors.Add(new ValidationFailure(nameof(prefix), TerminalId.Rule));
        if (!validation.IsValid)
            return Problem.Invalid(validation);

        var entries = await whitelist.ListAsync(caller.RequiredMerchant, new WhitelistFilter(prefix ?? ""), page.After, page.Size + 1, cancellationToken);
        return TypedResults.Ok(Page<WhitelistEntryAnswer>.From(entries, page.Size, WhitelistEntryAnswer.From, entry => entry.TerminalId));
    }

    private static async Task<Results<Ok<WhitelistEntryAnswer>, ProblemResult>> GetAsync(
        string terminalId, Caller caller, MerchantWhitelist whitelist, CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId))
            return Problem.Invalid(nameof(terminalId), TerminalId.Rule);
        return await whitelist.FindAsync(caller.RequiredMerchant, terminalId, cancellationToken) is { } entry
            ? TypedResults.Ok(WhitelistEntryAnswer.From(entry))
            : Problem.WhitelistEntryNotFound($"Terminal {terminalId} is not on your whitelist. PUT /v1/whitelist/{terminalId} puts it there.");
    }

    private static async Task<Results<Ok<WhitelistEntryAnswer>, Created<WhitelistEntryAnswer>, ProblemResult>> PutAsync(
        string terminalId, WhitelistPut body, Caller caller, Actor actor, MerchantWhitelist whitelist, CancellationToken cancellationToken)
    {
        var line = new WhitelistLine(terminalId, body.Label, body.EnabledUntil);
        var validation = WhitelistRules.Instance.Validate(line);
        if (!validation.IsValid)
            return Problem.Invalid(validation);

        var (entry, effect) = await whitelist.PutAsync(caller.RequiredMerchant, WhitelistRules.ToSetting(line), actor, cancellationToken);
        var answer = WhitelistEntryAnswer.From(entry);
        return effect == WhitelistEffect.Created ? TypedResults.Created($"/v1/whitelist/{terminalId}", answer) : TypedResults.Ok(answer);
    }

    private static async Task<Results<NoContent, ProblemResult>> DeleteAsync(
        string terminalId, Caller caller, Actor actor, MerchantWhitelist whitelist, CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId))
            return Problem.Invalid(nameof(terminalId), TerminalId.Rule);
        await whitelist.RemoveAsync(caller.RequiredMerchant, terminalId, actor, cancellationToken);
        return TypedResults.NoContent();
    }
}
