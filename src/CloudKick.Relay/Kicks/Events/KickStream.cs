using System.Text.Json;
using CloudKick.Relay.Database;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using CloudKick.Relay.Streams;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Kicks.Events;

/// <summary>
/// Streams what happens to a kick, from the first event or from the one that the reader saw last, until it is final: then <c>end</c>
/// tells the kick as it is. A reader that comes again after <c>end</c> gets 204, which tells browsers to stop.
/// </summary>
internal sealed class KickStream(
    KickQueries queries, KickEvents events, KickStore store, KickPulse pulse, StreamSlots slots, EventStreams streams, IOptions<JsonOptions> json)
{
    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    /// <summary>Answers the request with the stream, or says why not.</summary>
    /// <returns>Null when the answer was written.</returns>
    public async Task<IResult?> AnswerAsync(HttpContext context, Caller caller, MerchantId merchant, string id, CancellationToken cancellationToken)
    {
        if (!LastEventId.TryRead(context.Request, out var last))
            return Problem.Invalid(LastEventId.Header, "is no id of this stream: send the id of the last event as it came, or none.");
        if (!KickId.TryParse(id, out var kick) || await queries.GetAsync(merchant, kick, cancellationToken) is not { } row)
            return KickProblems.NotFound(id);
        if (last.IsEnd)
            return TypedResults.NoContent();
        if (!slots.TryEnter(caller, out var slot, out var refusal))
            return refusal;

        using (slot)
        using (var stream = streams.Open(context))
        {
            try
            {
                await RunAsync(stream, merchant, kick, row.AcceptedAt, last.After);
            }
            catch (OperationCanceledException) when (stream.Ended.IsCancellationRequested)
            {
                // The reader left, or the node stops: a reader that still wants it comes again, with the last id that it saw.
            }
            catch (Exception failure) when (DatabaseFailure.IsUnavailable(failure))
            {
                // The answer has begun, so no status can say it. The connection ends; coming again is answered with 503 until it works.
                context.Abort();
            }
        }

        return null;
    }

    private async Task RunAsync(EventStream stream, MerchantId merchant, KickId kick, DateTime acceptedAt, long after)
    {
        using var signal = pulse.Follow(kick);
        await store.WatchAsync(merchant, kick, stream.Ended);
        await stream.BeginAsync();
        do
        {
            // The state before the events: an end that is seen here has its event among those that are read next.
            var row = await queries.GetAsync(merchant, kick, stream.Ended);
            foreach (var happened in await events.ListAsync(merchant, kick, after, stream.Ended))
            {
                after = happened.EventId;
                var answer = new KickEventAnswer(
                    kick.ToString(), happened.Event, happened.At, Math.Round((happened.At - acceptedAt).TotalMilliseconds, 1), happened.Detail);
                await stream.SendAsync(happened.Event, LastEventId.Of(after), JsonSerializer.Serialize(answer, _json));
            }

            if (row is null or { IsFinal: true })
            {
                if (row is not null)
                    await stream.SendAsync(LastEventId.End, LastEventId.End, JsonSerializer.Serialize(row.ToResponse(), _json));
                return;
            }

            await signal.WaitAsync(EventStream.Patience, stream.Ended);
        }
        while (await stream.ContinuesAsync());
    }
}
