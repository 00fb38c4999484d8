using CloudKick.Relay.Kicks.Events;
using CloudKick.Relay.Kicks.Search;
using CloudKick.Relay.OpenApi;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using CloudKick.Relay.Streams;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudKick.Relay.Kicks;

/// <summary><c>/v1/kicks</c>.</summary>
internal static class KickEndpoints
{
    public static void MapKicks(this IEndpointRouteBuilder routes)
    {
        var kicks = routes.MapGroup("/v1/kicks").WithTags("Kicks").RequireScope(Scopes.KicksRead);

        kicks.MapPost("/", CreateAsync)
            .RequireScope(Scopes.KicksWrite)
            // A repeated request returns the open kick, or finds the terminal coupled.
            .IsRepeatable()
            .AcceptsPreferWait()
            .ProducesProblems(
                ProblemTypes.InvalidRequest, ProblemTypes.TerminalNotWhitelisted, ProblemTypes.TerminalOffline, ProblemTypes.KickInProgress,
                ProblemTypes.IdempotencyKeyInUse, ProblemTypes.IdempotencyKeyReused, ProblemTypes.ManagementSystemMismatch, ProblemTypes.CloudConnect1)
            .WithMetadata(new RequestHeader(
                IdempotencyKey.Header,
                "1 to 255 visible ASCII characters, your choice, such as `order-1042-kick-1`. The same key with the same body within a day gives the same kick; with another "
                + "body it is refused. Send one with every kick, and the same one when you repeat it."))
            .WithName("createKick")
            .WithSummary("Kick a terminal.")
            .WithDescription(
                "Makes sure that the terminal is coupled. 201: the kick is published or already final; 202: it is accepted and durable, "
                + "and is being published. A terminal that is coupled already is `connected` at once; a kick that is still open comes back as it is. "
                + "After 500, 503 `database-unavailable`, 504 or no answer at all the kick may have been taken on and go out all the same: "
                + "send the request again with the same `Idempotency-Key`, and the answer is that kick.");
        kicks.MapGet("/{id}", GetAsync)
            .AcceptsPreferWait()
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.KickNotFound)
            .WithName("getKick")
            .WithSummary("Read a kick.");
        kicks.MapGet("/{id}/events", EventsAsync)
            .Produces(StatusCodes.Status200OK, contentType: EventStream.ContentType)
            .Produces(StatusCodes.Status204NoContent)
            .DisableRequestTimeout()
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.KickNotFound, ProblemTypes.TooManyStreams)
            .WithMetadata(new RequestHeader(LastEventId.Header, "Go on behind this event: the id of the last one that came, as browsers send it by themselves."))
            .WithName("streamKickEvents")
            .WithSummary("Follow a kick's events as they happen.")
            .WithDescription(
                "Server-sent events: first what has happened already, then each event as it happens, named `accepted`, `published`, `delivered`, `connected` "
                + "and so on, its data a `KickEventAnswer`. When the kick is final, `end` has the kick as `GET` answers it, and the stream is over. "
                + "A comment comes when there is nothing to tell. A reader that comes again after `end` gets 204.");
        kicks.MapGet("/", ListAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("listKicks")
            .WithSummary("List kicks, newest first, page by page.");
        kicks.MapPost("/{id}/cancel", CancelAsync)
            .RequireScope(Scopes.KicksWrite)
            .IsRepeatable()
            .ProducesProblems(ProblemTypes.KickNotFound, ProblemTypes.KickAlreadyFinal)
            .WithName("cancelKick")
            .WithSummary("Cancel a kick.")
            .WithDescription("Best effort: the terminal may have it already; its session is then refused.");
    }

    private static async Task<Results<Created<KickResponse>, Accepted<KickResponse>, ProblemResult>> CreateAsync(
        KickRequest request, Caller caller, KickAcceptance acceptance, IValidator<KickRequest> validator, HttpContext http, CancellationToken cancellationToken)
    {
        var faults = validator.Validate(request).Errors
            .ConvertAll(failure => new FieldError(JsonPath.FromProperty(failure.PropertyName), failure.ErrorMessage));
        if (!IdempotencyKey.TryRead(http.Request, out var idempotencyKey, out var keyFault))
            faults.Add(keyFault);
        if (!WaitPreference.TryRead(http.Request, out var wait, out var waitFault))
            faults.Add(waitFault);
        if (faults.Count > 0)
            return Problem.Invalid(faults);

        var (kick, problem) = await acceptance.AcceptAsync(
            caller, request, idempotencyKey, wait, TraceParent.Of(http.Request), cancellationToken);
        if (kick is null)
            return problem!;

        WaitPreference.Applied(http.Response, wait);
        var location = $"/v1/kicks/{new KickId(kick.KickId)}";
        return kick.State == "accepted" ? TypedResults.Accepted(location, kick.ToResponse()) : TypedResults.Created(location, kick.ToResponse());
    }

    private static async Task<Results<Ok<KickResponse>, ProblemResult>> GetAsync(
        string id, Caller caller, KickQueries queries, KickStore store, KickWatch watch, HttpContext http, CancellationToken cancellationToken)
    {
        if (!WaitPreference.TryRead(http.Request, out var wait, out var fault))
            return Problem.Invalid([fault]);
        if (!KickId.TryParse(id, out var kick))
            return KickProblems.NotFound(id);

        var row = await queries.GetAsync(caller.RequiredMerchant, kick, cancellationToken);
        if (row is { IsFinal: false } && wait > TimeSpan.Zero)
        {
            // When it has ended meanwhile there is nothing to announce; the wait asks at once and finds out.
            await store.WatchAsync(caller.RequiredMerchant, kick, cancellationToken);
            await watch.WaitAsync(
                kick, wait, async token => (row = await queries.GetAsync(caller.RequiredMerchant, kick, token)) is null or { IsFinal: true }, cancellationToken);
        }
        if (row is null)
            return KickProblems.NotFound(id);
        WaitPreference.Applied(http.Response, wait);
        return TypedResults.Ok(row.ToResponse());
    }

    private static async Task<IResult> EventsAsync(string id, Caller caller, KickStream stream, HttpContext http, CancellationToken cancellationToken) =>
        await stream.AnswerAsync(http, caller, caller.RequiredMerchant, id, cancellationToken) ?? TypedResults.Empty;

    private static async Task<Results<Ok<Page<KickResponse>>, ProblemResult>> ListAsync(
        [AsParameters] PageQuery page, [AsParameters] KickFilter filter, Caller caller, KickSearch search, CancellationToken cancellationToken)
    {
        var faults = PageQueryValidator.Instance.Validate(page).Errors
            .ConvertAll(failure => new FieldError(JsonPath.FromProperty(failure.PropertyName), failure.ErrorMessage));
        faults.AddRange(filter.Faults());
        KickId before = default;
        if (page.After is not null && !KickId.TryParse(page.After, out before))
            faults.Add(new FieldError("cursor", "is no cursor of this list: send the nextCursor of the page before as it came"));
        if (faults.Count > 0)
            return Problem.Invalid(faults);

        var rows = await search.ListAsync(caller.RequiredMerchant, filter.ToQuery(), page.After is null ? null : before, page.Size + 1, cancellationToken);
        return TypedResults.Ok(Page<KickResponse>.From(rows, page.Size, KickPresentation.ToResponse, row => new KickId(row.KickId).ToString()));
    }

    private static async Task<Results<Ok<KickResponse>, ProblemResult>> CancelAsync(
        string id, Caller caller, Actor actor, KickQueries queries, KickCancellation cancellation, CancellationToken cancellationToken)
    {
        if (!KickId.TryParse(id, out var kick) || await cancellation.CancelAsync(caller.RequiredMerchant, kick, actor, cancellationToken) is not { } cancelled)
            return KickProblems.NotFound(id);

        var row = await queries.GetAsync(caller.RequiredMerchant, kick, cancellationToken);
        if (row is null)
            return KickProblems.NotFound(id);
        // Cancelling twice is no mistake; cancelling what ended otherwise is too late.
        return cancelled || row.State == "cancelled"
            ? TypedResults.Ok(row.ToResponse())
            : Problem.KickAlreadyFinal($"The kick is {row.State}: it ended before it could be cancelled.", ("state", row.State));
    }
}
