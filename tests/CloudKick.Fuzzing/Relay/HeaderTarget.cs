using System.Text;
using CloudKick.Fuzzing.Engine;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Kicks.Events;
using CloudKick.Relay.Languages;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Preconditions;
using CloudKick.Relay.Security;
using CloudKick.Relay.Times;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace CloudKick.Fuzzing.Relay;

/// <summary>
/// What the relay reads out of headers, paths and queries: keys, preferences, languages, conditions, cursors, kick ids, times. None may
/// throw; what one accepts, it writes as it was, or means the same wherever it is asked.
/// </summary>
internal sealed class HeaderTarget : IFuzzTarget
{
    private const int FixedAllocation = 32 * 1024;
    private const int AllocationPerByte = 600;

    // What conditions are asked of.
    private const string Row = "row";

    // The canonical samples of each kind, in the order of Judge.
    private static readonly string[][] Samples =
    [
        ["Bearer ck_live_abcdefgh01234567_abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE", "bearer ck_a_0000000000000000_0000000000000000000000000000000000000000000"],
        ["wait=10", "respond-async, wait=25", "wait=\"5\"; foo=bar", "WAIT=0"],
        ["nl", "nl-BE, en;q=0.8, *;q=0.1", "de-DE;q=1.000,fr;q=0", "*"],
        ["TkwwMDAxMDE", "a2NrXzAxS0FKNFM4UTJGN005VjNYVzVUNlk4WjBB", "4oKs"],
        ["kck_01KAJ4S8Q2F7M9V3XW5T6Y8Z0A", "kck_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "kck_01kaj4s8q2f7m9v3xw5t6y8z0a"],
        ["2027-01-31T23:59:59+01:00", "2027-01-31T22:59:59.1234567Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
        ["abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE"],
        ["4111111111111111", "5500-0000-0000-0004", "3400 000000 00009", "6011000990139424"],
        ["*", "\"abcdefghijklmnopqrstuv\"", "\"abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuv\", \"\""],
        ["*", "W/\"x\"", "\"abcdefghijklmnopqrstuv\" , W/\"x\""],
        ["order-1042-kick-1", "4111111111111111", "ck_live_abcdefgh01234567_abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE"],
        ["end", "1", "9223372036854775807"],
    ];

    private readonly Mutator _mutator = new(
        ","u8.ToArray(), ";q="u8.ToArray(), "="u8.ToArray(), "\""u8.ToArray(), "_"u8.ToArray(), " "u8.ToArray(), "Bearer "u8.ToArray(), "wait"u8.ToArray(), "W/"u8.ToArray(), "*"u8.ToArray(), [0xC4, 0xB1], [0xC5, 0xBF], [0xE2, 0x84, 0xAA]);

    private readonly IServiceProvider _services = new ServiceCollection().AddOptions().AddSingleton<EntityTags>().BuildServiceProvider();

    private string _text = "";

    public string Name => "headers";

    public string Description => "Authorization, Prefer, Accept-Language, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, cursors, kick ids, times, cookies' tokens";

    public int Cost => 1;

    public void Generate(FuzzRandom random, FuzzInput input)
    {
        input.Kind = random.Below(Samples.Length);
        input.Add(random.Of(Samples[input.Kind]));
        input.IsValid = true;
        if (random.OneIn(5))
            return;
        _mutator.Mutate(input, random);
        if (random.OneIn(4))
            input.Add(random.Of(Samples[input.Kind]));
    }

    public bool Take(FuzzInput input)
    {
        _text = Encoding.UTF8.GetString(input.Bytes);
        return Judge(input.Kind, _text);
    }

    public void Check(FuzzInput input)
    {
    }

    public long AllocationLimit(int length) => FixedAllocation + ((long)AllocationPerByte * length);

    private bool Judge(int kind, string text)
    {
        switch (kind)
        {
            case 0:
                var key = BearerHeader.Read(text);
                FuzzFault.Unless(key is null || text.EndsWith(' ' + key.Reveal(), StringComparison.Ordinal), $"The key is read as {key?.Reveal()}.");
                FuzzFault.Unless(BearerHeader.Read(new StringValues([text, text])) is null, "Two keys are taken for one.");
                return key is not null;
            case 1:
                var prefers = WaitPreference.TryRead(Request("Prefer", text), out var wait, out var fault);
                FuzzFault.Unless(prefers ? wait.TotalSeconds is >= 0 and <= 25 : fault is not null, $"Waits {wait}.");
                return prefers;
            case 2:
                var language = Language.Accepted(Request("Accept-Language", text));
                FuzzFault.Unless(Language.All.Contains(language), $"The language {language} is none of ours.");
                return true;
            case 3:
                if (!PageCursor.TryRead(text, out var after))
                    return false;
                FuzzFault.Unless(PageCursor.TryRead(PageCursor.After(after), out var again) && again == after, "A cursor's key does not come back.");
                return true;
            case 4:
                var isKick = KickId.TryParse(text, out var kick);
                FuzzFault.Unless(!isKick || Ascii.EqualsIgnoreCase(kick.ToString(), text), $"{text} is read as {kick}.");
                return isKick;
            case 5:
                var isTime = Rfc3339.TryParse(text, out var moment);
                FuzzFault.Unless(!isTime || (Rfc3339.TryParse(Rfc3339.Write(moment.UtcDateTime), out var same) && same == moment), $"{text} is read as {moment:O}.");
                return isTime;
            case 6:
                var token = SecretToken.Parse(text);
                FuzzFault.Unless(token is null || token.Text == text, "A token is read as another.");
                return token is not null;
            case 7:
                return CardNumber.IsIn(text);
            case 8:
                var match = Demand("If-Match", text, out _);
                FuzzFault.Unless(match is null || !match(null), "What is not there matches.");
                return match is not null;
            case 9:
                var noneMatch = Demand("If-None-Match", text, out var isKnown);
                FuzzFault.Unless(noneMatch is null || noneMatch(null), "What is not there matches.");
                FuzzFault.Unless(noneMatch is null || noneMatch(Row) != isKnown, "A change and a GET see it differently.");
                return noneMatch is not null;
            case 10:
                var isOwn = IdempotencyKey.TryRead(Request(IdempotencyKey.Header, text), out var own, out _);
                FuzzFault.Unless(!isOwn || own == text, $"The key {text} is read as {own}.");
                FuzzFault.Unless(!isOwn || !FreeText.IsSensitive(IdempotencyKey.Kept(own)), "What is kept of a key is a secret, or looks like one.");
                return isOwn;
            default:
                var isOfStream = LastEventId.TryRead(Request(LastEventId.Header, text), out var last);
                FuzzFault.Unless(
                    !isOfStream || text.Length == 0 || last.IsEnd || (LastEventId.TryRead(Request(LastEventId.Header, LastEventId.Of(last.After)), out var seen) && seen == last),
                    $"{text} is read as {last}.");
                FuzzFault.Unless(!isOfStream || last.After >= 0, "Before the first event.");
                return isOfStream;
        }
    }

    // Either faulty, or it demands something.
    private Func<string?, bool>? Demand(string header, string text, out bool isKnown)
    {
        var request = Request(header, text);
        request.HttpContext.RequestServices = _services;
        var conditions = RequestConditions.Of(request.HttpContext);
        var demand = conditions.On<string>(row => row);
        FuzzFault.Unless(demand is null == conditions.Faults.Count > 0, "Neither a fault nor a demand, or both.");
        isKnown = conditions.IsKnown(_services.GetRequiredService<EntityTags>().Of(Row));
        return demand;
    }

    private static HttpRequest Request(string header, string value)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers[header] = value;
        return context.Request;
    }
}
