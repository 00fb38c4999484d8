using System.Text;
using CloudKick.Fuzzing.Engine;
using CloudKick.Mqtt;
using CloudKick.Relay.Presence;
using CloudKick.Relay.Publishing;

namespace CloudKick.Fuzzing.Relay;

/// <summary>What reaches the relay through the cloud: lifecycle events of clients, and terminals' answers to kicks.</summary>
internal sealed class TerminalMessageTarget : IFuzzTarget
{
    private const int FixedAllocation = 32 * 1024;
    private const int AllocationPerByte = 100;

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly JsonMember[] Event = EventOf("\"connected\"", "\"disconnected\"");

    private static readonly JsonMember[] Answer =
    [
        new("kick", "\"kck_01KAJ4S8Q2F7M9V3XW5T6Y8Z0A\""), new("terminal", "\"NL000101\""), new("result", "\"accepted\"", "\"duplicate\"", "\"expired\"", "\"wrong-terminal\""), new("more", "1", "{}"),
    ];

    private static readonly Way[] Ways =
    [
        new("$aws/events/presence/connected/NL000101", Event, EventOf("\"connected\"")),
        new("$aws/events/presence/disconnected/NL000101", Event, EventOf("\"disconnected\"")),
        new("$aws/events/presence/connected/", Event, null),
        new("NL-CAT/NL000101/ack", Answer, Answer),
        new("NL-CAT/ack", Answer, Answer),
        new("ack", Answer, null),
        new("/ack", Answer, null),
        new("a/b/c/d/ack", Answer, null),
        new(null, Event, Event),
    ];

    private readonly Mutator _mutator = new(JsonGrammar.Words);

    public string Name => "terminal-messages";

    public string Description => "lifecycle events and terminals' answers, as they come through the cloud";

    public int Cost => 1;

    public void Generate(FuzzRandom random, FuzzInput input)
    {
        input.Kind = random.Below(Ways.Length);
        var way = Ways[input.Kind];
        input.IsValid = way.Right is not null && random.OneIn(3);
        if (input.IsValid)
            JsonGrammar.WriteWhole(random, input, way.Right!);
        else
            JsonGrammar.Write(random, input, way.Members);
        if (random.OneIn(2))
            _mutator.Mutate(input, random);
    }

    public bool Take(FuzzInput input)
    {
        if (Ways[input.Kind].Topic is not { } topic)
            return Judge(LifecycleEventReader.TryRead(input.Memory, Now, out var queued, out var reason), queued, reason);
        var answer = KickAnswers.TryRead(new MqttMessage { Topic = topic, Payload = input.Memory });
        return Judge(LifecycleEventReader.TryRead(topic, input.Memory, Now, out var read, out var fault), read, fault) || answer is not null;
    }

    public void Check(FuzzInput input)
    {
    }

    public long AllocationLimit(int length) => FixedAllocation + ((long)AllocationPerByte * length);

    private static bool Judge(bool accepted, PresenceEvent? read, string? fault)
    {
        FuzzFault.Unless(accepted ? read is not null && fault is null : read is null && fault is not null, $"Neither an event nor a fault: {read} {fault}");
        FuzzFault.Unless(read is null || Encoding.UTF8.GetByteCount(read.ClientId) > 0, "An event of nobody.");
        return accepted;
    }

    private static JsonMember[] EventOf(params string[] types) =>
    [
        new("eventType", types), new("clientId", "\"NL000101\""), new("timestamp", "1795250030123", "\"1795250030123\""),
        new("sessionIdentifier", "\"a4666d2a7d844ae4ac5d7b38c9cb7967\""), new("principalIdentifier", "\"12345678901234567890123456789012\""),
        new("ipAddress", "\"192.0.2.0\""), new("versionNumber", "0", "7", "\"8\""), new("disconnectReason", "\"CLIENT_INITIATED_DISCONNECT\""), new("clientInitiatedDisconnect", "true"),
    ];

    /// <summary>A way in.</summary>
    /// <param name="Topic">The topic; null: through the queue, where there is none.</param>
    /// <param name="Members">What messages there are made of.</param>
    /// <param name="Right">What one must be made of to be taken; null when none is.</param>
    private sealed record Way(string? Topic, JsonMember[] Members, JsonMember[]? Right);
}
