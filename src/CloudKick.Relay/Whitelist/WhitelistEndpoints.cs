using CloudKick.Relay.Paging;
using CloudKick.Relay.Preconditions;
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

    private static readonly Dictionary<string, WhitelistState> States = new(StringComparer.Ordinal)
    {
        [""] = WhitelistState.Any,
        ["active"] = WhitelistState.Active,
        ["expired"] = WhitelistState.Expired,
        ["unregistered"] = WhitelistState.Unregistered,
    };

    public static void MapWhitelist(this IEndpointRouteBuilder routes)
    {
        var whitelist = routes.MapGroup("/v1/whitelist").WithTags("Whitelist");

        whitelist.MapGet("/", ListAsync)
            .RequireScope(Scopes.WhitelistRead)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .IsConditionalRead()
            .WithName("listWhitelist")
            .WithSummary("List the whitelist by terminal id, page by page.");
        whitelist.MapGet(EntryRoute, GetAsync)
            .RequireScope(Scopes.WhitelistRead)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.WhitelistEntryNotFound)
            .IsConditionalRead()
            .WithName("getWhitelistEntry")
            .WithSummary("Read a terminal's entry.");
        whitelist.MapPut(EntryRoute, PutAsync)
            .RequireScope(Scopes.WhitelistWrite)
            .HonoursConditions()
            .AnswersWithEntityTag()
            .WithName("putWhitelistEntry")
            .WithSummary("Put a terminal on the whitelist, or change its entry.")
            .WithDescription(
                "The body says the whole entry: what it leaves out is none. A terminal that is not registered to you may be put on the "
                + "whitelist beforehand; `registered` tells. Of two who change an entry with the same `If-Match`, one succeeds.");
        whitelist.MapDelete(EntryRoute, DeleteAsync)
            .RequireScope(Scopes.WhitelistWrite)
            .HonoursIfMatch()
            .WithName("deleteWhitelistEntry")
            .WithSummary("Take a terminal off the whitelist.")
            .WithDescription("204 also when it was not on it: afterwards it is not, and a repeated request is no fault. With `If-Match` it must be on it.");
        whitelist.MapWhitelistImport();
        routes.MapWhitelistChanges();
    }

    private static async Task<Results<Ok<Page<WhitelistEntryAnswer>>, ProblemResult>> ListAsync(
        [AsParameters] PageQuery page, [FromQuery] string? prefix, [FromQuery] string? search, [FromQuery] string? state,
        Caller caller, MerchantWhitelist whitelist, CancellationToken cancellationToken)
    {
        var validation = PageQueryValidator.Instance.Validate(page);
        if (!TerminalId.IsPrefix(prefix ?? ""))
            validation.Errors.Add(new ValidationFailure(nameof(prefix), TerminalId.Rule));
        if (search?.Length > WhitelistRules.MaximumLabelLength)
            validation.Errors.Add(new ValidationFailure(nameof(search), $"may have at most {WhitelistRules.MaximumLabelLength} characters"));
        if (!States.TryGetValue(state ?? "", out var wanted))
            validation.Errors.Add(new ValidationFailure(nameof(state), $"must be one of {string.Join(", ", States.Keys.Where(name => name.Length > 0))}"));
        if (!validation.IsValid)
            return Problem.Invalid(validation);

        var filter = new WhitelistFilter(prefix ?? "", search ?? "", wanted);
        var entries = await whitelist.ListAsync(caller.RequiredMerchant, filter, page.After, page.Size + 1, cancellationToken);
        return TypedResults.Ok(Page<WhitelistEntryAnswer>.From(entries, page.Size, WhitelistEntryAnswer.From, entry => entry.TerminalId));
    }

    private static async Task<Results<Ok<WhitelistEntryAnswer>, ProblemResult>> GetAsync(
        string terminalId, Caller caller, MerchantWhitelist whitelist, CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId))
            return Problem.Invalid(nameof(terminalId), TerminalId.Rule);
        return await whitelist.FindAsync(caller.RequiredMerchant, terminalId, cancellationToken) is { } entry
            ? TypedResults.Ok(WhitelistEntryAnswer.From(entry))
            : Problem.WhitelistEntryNotFound($"Your whitelist has no terminal {TerminalId.InAnswer(terminalId)}. A PUT at the same address puts it there.");
    }

    private static async Task<Results<Ok<WhitelistEntryAnswer>, Created<WhitelistEntryAnswer>, ProblemResult>> PutAsync(
        string terminalId, WhitelistPut body, Caller caller, Actor actor, RequestConditions conditions, MerchantWhitelist whitelist,
        TerminalDirectory terminals, CancellationToken cancellationToken)
    {
        var line = new WhitelistLine(terminalId, body.Label ?? "", body.EnabledUntil ?? "");
        var validation = WhitelistRules.Instance.Validate(line);
        if (!validation.IsValid)
            return Problem.Invalid(validation);
        if (!await terminals.MayBeNamedAsync(caller.RequiredMerchant, terminalId, cancellationToken))
            return Problem.Invalid(nameof(terminalId), TerminalId.NoCardNumber);

        var (entry, effect) = await whitelist.PutAsync(
            caller.RequiredMerchant, WhitelistRules.ToSetting(line), actor, conditions.On<WhitelistEntry>(WhitelistEntryAnswer.From), cancellationToken);
        if (effect == WhitelistEffect.Refused)
            return NotMet(conditions, terminalId, entry);
        var answer = WhitelistEntryAnswer.From(entry!);
        return effect == WhitelistEffect.Created ? TypedResults.Created($"/v1/whitelist/{terminalId}", answer) : TypedResults.Ok(answer);
    }

    private static async Task<Results<NoContent, ProblemResult>> DeleteAsync(
        string terminalId, Caller caller, Actor actor, RequestConditions conditions, MerchantWhitelist whitelist, CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId))
            return Problem.Invalid(nameof(terminalId), TerminalId.Rule);
        var (entry, effect) = await whitelist.RemoveAsync(
            caller.RequiredMerchant, terminalId, actor, conditions.On<WhitelistEntry>(WhitelistEntryAnswer.From), cancellationToken);
        return effect == WhitelistEffect.Refused ? NotMet(conditions, terminalId, entry) : TypedResults.NoContent();
    }

    private static ProblemResult NotMet(RequestConditions conditions, string terminalId, WhitelistEntry? entry) => conditions.NotMet(
        $"The whitelist's entry of terminal {terminalId}", $"/v1/whitelist/{terminalId}", entry is null ? null : WhitelistEntryAnswer.From(entry));
}
