using CloudKick.Faults.Histories;
using CloudKick.Terminal;

namespace CloudKick.Faults.Judging;

/// <summary>A history, ordered for judging.</summary>
internal sealed class Case(IReadOnlyList<Happening> happenings, Record record, Rules rules)
{
    public IReadOnlyList<Happening> Happenings => happenings;

    public Record Record => record;

    public Rules Rules => rules;

    public ILookup<string, KickRecord> Rows { get; } = record.Kicks.ToLookup(kick => kick.KickId);

    public ILookup<string, EventRecord> Events { get; } = record.Events.OrderBy(step => step.EventId).ToLookup(step => step.KickId);

    public IReadOnlyList<Happening.Asked> Asked { get; } = [.. happenings.OfType<Happening.Asked>()];

    public IReadOnlyList<Happening.Answered> Answers { get; } = [.. happenings.OfType<Happening.Answered>()];

    public IReadOnlyList<Happening.Published> Published { get; } = [.. happenings.OfType<Happening.Published>()];

    public IReadOnlyList<TerminalEvent> Terminals { get; } = [.. happenings.OfType<Happening.OfTerminal>().Select(told => told.Event)];

    /// <summary>By terminal.</summary>
    public ILookup<string, Happening.LeftWhitelist> LeftWhitelist { get; } = happenings.OfType<Happening.LeftWhitelist>().ToLookup(left => left.TerminalId);

    /// <summary>Ids of the kicks that a merchant's stored idempotency key stands for.</summary>
    public ILookup<(Guid? Merchant, string Key), string> KicksOfKey { get; } =
        record.Keys.ToLookup(stored => ((Guid?)stored.MerchantId, stored.Key), stored => stored.KickId);

    /// <summary>The merchant whose terminal it is; null when it is nobody's.</summary>
    public Guid? Owner(string terminalId) => rules.Merchants.TryGetValue(terminalId, out var merchant) ? merchant : null;

    /// <summary>The only row of a kick; null when there is none.</summary>
    public KickRecord? Row(string kickId) => Rows[kickId].FirstOrDefault();
}
