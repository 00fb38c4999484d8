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

    private static readonly JsonMember[] Event =
    [
        new("clientId", "\"NL000101\""), new("timestamp", "1795250030123", "\"1795250030123\""), new("eventType", "\"connected\"", "\"disconnected\""),
        new("sessionIdentifier", "\"a4666d2a7d844ae4ac5d7b38c9cb7967\""), new("principalIdentifier", "\"12345678901234567890123456789012\""),
        new("ipAddress", "\"192.0.2.0\""), new("versionNumber", "0", "7", "\"8\""), new("disconnectReason", "\"CLIENT_INITIATED_DISCONNECT\""), new("clientInitiatedDisconnect", "true"),
    ];

    private static readonly JsonMember[] Answer =
    [
        new("kick", "\"kck_01KAJ4S8Q2F7M9V3XW5T6Y8Z0A\""), new("terminal", "\"NL000101\""), new("result", "\"accepted\"", "\"duplicate\"", "\"expired\"", "\"wrong-terminal\""), new("more", "1", "{}"),
    ];

    private static readonly string[] Topics =
    [
        "$aws/events/presence/connected/NL000101", "$aws/events/presence/disconnected/NL000101", "$aws/events/presence/connected/", "NL-CAT/NL000101/ack", "NL-CAT/ack", "ack", "/ack", "a/b/c/d/ack",
    ];

    private readonly Mutator _mutator = new(JsonGrammar.Words);

    public string Name => "terminal-messages";

    public string Description => "lifecycle events and terminals' answers, as they come through the cloud";

    public int Cost => 1;

    public void Generate(FuzzRandom random, FuzzInput input)
    {
        input.Kind = random.Below(Topics.Length + 1);
        JsonGrammar.Write(random, input, Topics.ElementAtOrDefault(input.Kind)?.EndsWith("ack", StringComparison.Ordinal) is true ? Answer : Event);
        if (random.OneIn(2))
            _mutator.Mutate(input, random);
    }

    public bool Take(FuzzInput input)
    {
        if (input.Kind == Topics.Length)
            return Judge(LifecycleEventReader.TryRead(input.Memory, Now, out var queued, out var reason), queued, reason);
        var topic = Topics[input.Kind];
        var answer = KickAnswers.TryRead(new MqttMessage { Topic = topic, Payload = input.Memory });
        return Judge(LifecycleEventReader.TryRead(topic, input.Memory, Now, out var read, out var fault), read, fault) || answer is not null;
    }

    public void Check(FuzzInput input)
    {
    }

    public long AllocationLimit(int length) => FixedAllocation + ((long)AllocationPerByte * length);

    public void Dispose()
    {
    }

    private static bool Judge(bool accepted, PresenceEvent? read, string? fault)
    {
        FuzzFault.Unless(accepted ? read is not null && fault is null : read is null && fault is not null, $"Neither an event nor a fault: {read} {fault}");
        FuzzFault.Unless(read is null || Encoding.UTF8.GetByteCount(read.ClientId) > 0, "An event of nobody.");
        return accepted;
    }
}
