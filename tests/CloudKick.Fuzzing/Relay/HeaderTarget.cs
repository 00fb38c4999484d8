using System.Text;
using CloudKick.Fuzzing.Engine;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Languages;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Security;
using CloudKick.Relay.Times;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace CloudKick.Fuzzing.Relay;

/// <summary>
/// What the relay reads out of headers, paths and queries: keys, preferences, languages, cursors, kick ids, times. None may throw; what
/// one accepts, it writes as it was.
/// </summary>
internal sealed class HeaderTarget : IFuzzTarget
{
    private const int FixedAllocation = 32 * 1024;
    private const int AllocationPerByte = 600;

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
    ];

    private readonly Mutator _mutator = new(
        ","u8.ToArray(), ";q="u8.ToArray(), "="u8.ToArray(), "\""u8.ToArray(), "_"u8.ToArray(), " "u8.ToArray(), "Bearer "u8.ToArray(), "wait"u8.ToArray(), [0xC4, 0xB1], [0xC5, 0xBF], [0xE2, 0x84, 0xAA]);

    private string _text = "";

    public string Name => "headers";

    public string Description => "Authorization, Prefer, Accept-Language, cursors, kick ids, times, cookies' tokens";

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

    private static bool Judge(int kind, string text)
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
            default:
                return CardNumber.IsIn(text);
        }
    }

    private static HttpRequest Request(string header, string value)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers[header] = value;
        return context.Request;
    }
}
