using System.Collections.Immutable;

namespace CloudKick.Terminal;

/// <summary>A behaviour as people order it.</summary>
/// <param name="Behaviour">The behaviour.</param>
/// <param name="Name">Its name in kebab case.</param>
/// <param name="Description">What it does, in one line.</param>
public sealed record TerminalBehaviourInfo(TerminalBehaviour Behaviour, string Name, string Description);

/// <summary>The behaviours by name.</summary>
public static class TerminalBehaviours
{
    /// <summary>All behaviours, the normal one first.</summary>
    public static ImmutableArray<TerminalBehaviourInfo> All { get; } =
    [
        new(TerminalBehaviour.Normal, "normal", "Acknowledges a kick, opens its session at the TAS and keeps it."),
        new(TerminalBehaviour.Offline, "offline", "Never connects to the cloud."),
        new(TerminalBehaviour.Slow, "slow", "Waits some seconds before it acts on a kick."),
        new(TerminalBehaviour.Deaf, "deaf", "Is connected and subscribed, but neither answers a kick nor acts on it."),
        new(TerminalBehaviour.TasUnreachable, "tas-unreachable", "Acknowledges a kick, but never gets a session at the TAS."),
        new(TerminalBehaviour.DuplicateDelivery, "duplicate-delivery", "Sees every message twice."),
        new(TerminalBehaviour.OldFirmware, "old-firmware", "Speaks MQTT 3.1.1 and does not acknowledge; opens its session all the same."),
        new(TerminalBehaviour.DropsSession, "drops-session", "Opens its session and closes it after some seconds."),
    ];

    /// <summary>Finds a behaviour by its name; case does not matter.</summary>
    public static bool TryParse(string? name, out TerminalBehaviour behaviour)
    {
        var found = All.FirstOrDefault(info => info.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        behaviour = found?.Behaviour ?? default;
        return found is not null;
    }

    /// <summary>The name of a behaviour.</summary>
    public static string NameOf(TerminalBehaviour behaviour) => All.First(info => info.Behaviour == behaviour).Name;
}
