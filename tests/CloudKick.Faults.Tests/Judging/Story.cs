using CloudKick.Faults.Histories;
using CloudKick.Faults.Judging;
using CloudKick.Terminal;

namespace CloudKick.Faults.Tests.Judging;

/// <summary>Writes histories for the checker: one kick that goes well, to be spoilt by each test in its own way.</summary>
internal sealed class Story
{
    public const string Kick = "kck_1";
    public const string Terminal = "NL000001";
    public const string OthersTerminal = "NL000002";
    public static readonly Guid Merchant = Guid.Parse("11111111-1111-1111-1111-111111111111");
    public static readonly Guid Other = Guid.Parse("22222222-2222-2222-2222-222222222222");
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Asked, stored, answered, published, received, connected.</summary>
    public Story()
    {
        Happenings =
        [
            new Happening.Asked(At(0), "key-1", Terminal, "n1"),
            new Happening.Published(At(0.2), Kick, "NL-CAT/" + Terminal, "relay-n1"),
            new Happening.Answered(At(0.3), "key-1", Terminal, 201, Kick, "published"),
            new Happening.OfTerminal(new TerminalEvent.KickReceived(Terminal, At(0.3), Kick, "NL-CAT/" + Terminal)),
            new Happening.OfTerminal(new TerminalEvent.SessionOpened(Terminal, At(0.4), Kick, "127.0.0.1", 5555)),
        ];
        Kicks =
        [
            new KickRecord
            {
                KickId = Kick, MerchantId = Merchant, TerminalId = Terminal, State = "connected", BrokerOutcome = "acked", Attempt = 1,
                AcceptedAt = At(0.1), ExpiresAt = At(30.1), EndedAt = At(0.5),
            },
        ];
        Events = [Step(1, "accepted", 0.1, "n1-a"), Step(2, "published", 0.25, "n1-a"), Step(3, "connected", 0.5, "n1-a")];
        Sessions = [new SessionRecord(Merchant, Kick, Terminal, At(0.5))];
        Keys = [new KeyRecord(Merchant, "key-1", Kick)];
    }

    public List<Happening> Happenings { get; }

    public List<KickRecord> Kicks { get; }

    public List<EventRecord> Events { get; }

    public List<SessionRecord> Sessions { get; }

    public List<KeyRecord> Keys { get; }

    public List<AuditRecord> Audited { get; } = [];

    public List<AuditFault> AuditFaults { get; } = [];

    public Rules Rules { get; set; } = new() { Merchants = new Dictionary<string, Guid> { [Terminal] = Merchant, [OthersTerminal] = Other } };

    /// <summary>When the database is read.</summary>
    public double ReadAt { get; set; } = 60;

    public static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    public static EventRecord Step(long id, string name, double at, string? node = null, string? detail = null) =>
        new() { KickId = Kick, MerchantId = Merchant, EventId = id, Event = name, At = At(at), Node = node, Detail = detail };

    /// <summary>The kick's row, changed.</summary>
    public void Change(Func<KickRecord, KickRecord> change) => Kicks[0] = change(Kicks[0]);

    /// <summary>What the checker says.</summary>
    public Verdict Judge() =>
        Checker.Judge(Happenings, new Record(At(ReadAt), Kicks, Events, Sessions, Keys) { Audited = Audited, AuditFaults = AuditFaults }, Rules);

    /// <summary>The promises that the checker finds broken.</summary>
    public IEnumerable<string> Broken() => Judge().Violations.Select(violation => violation.Promise).Distinct();
}
