using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Terminal;

namespace CloudKick.Faults.Histories;

/// <summary>All that happened in one run, as the parties saw it. Thread-safe.</summary>
public sealed class History(TimeProvider timeProvider)
{
    private readonly ConcurrentQueue<Happening> _happenings = new();

    /// <summary>The clock of every happening.</summary>
    public DateTimeOffset Now => timeProvider.GetUtcNow();

    /// <summary>What happened so far, in the order of taking note.</summary>
    public IReadOnlyList<Happening> Snapshot() => [.. _happenings];

    /// <summary>Takes note.</summary>
    public void Add(Happening happening) => _happenings.Enqueue(happening);

    /// <summary>A terminal's observer.</summary>
    public void Add(TerminalEvent happened) => Add(new Happening.OfTerminal(happened));

    /// <summary>LocalCloud's observer; answers of terminals and others' messages are not kicks.</summary>
    public void Add(AcceptedPublish publish)
    {
        ArgumentNullException.ThrowIfNull(publish);
        Add(publish.ClientId, publish.Message);
    }

    /// <summary>A message that a broker has taken.</summary>
    public void Add(string clientId, MqttMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Topic.StartsWith('$') || message.Topic.EndsWith("/ack", StringComparison.Ordinal))
            return;
        if ((string?)JsonNode.Parse(message.Payload.Span)?["kick"] is { } kick)
            Add(new Happening.Published(Now, kick, message.Topic, clientId));
    }

    /// <summary>Takes note of a fault, in words.</summary>
    public void Fault(string what) => Add(new Happening.Fault(Now, what));
}
