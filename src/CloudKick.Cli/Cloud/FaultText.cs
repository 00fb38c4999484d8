using System.Globalization;
using CloudKick.Mqtt;

namespace CloudKick.Cli.Cloud;

/// <summary>Faults in words.</summary>
internal static class FaultText
{
    /// <summary>What happens, and to whom.</summary>
    public static string What(FaultView fault) => fault.Kind switch
    {
        "cut" => $"connections of {fault.Clients} are cut",
        "freeze" => $"connections of {fault.Clients} are frozen",
        "delay" => $"acknowledgements to {fault.Clients} come {Durations.Show(TimeSpan.FromMilliseconds(fault.DelayMilliseconds ?? 0))} late",
        "drop" => $"acknowledgements to {fault.Clients} are dropped",
        "refuse" => $"messages from {fault.Clients} are refused: {Reason(fault.ReasonCode)}",
        "discard" => $"messages {(fault.FromClients == true ? "from" : "to")} {fault.Clients} are discarded",
        _ => $"{fault.Kind} for {fault.Clients}",
    };

    /// <summary>How long still.</summary>
    public static string Until(FaultView fault)
    {
        if (fault.Count <= fault.Struck)
            return fault.Kind == "freeze" ? "until `cloudkick cloud thaw`" : "used up";
        var left = fault.Count is { } count ? string.Create(CultureInfo.InvariantCulture, $"{count - fault.Struck} more {(count - fault.Struck == 1 ? "time" : "times")}") : null;
        var end = fault.EndsAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"until {at.UtcDateTime:HH:mm:ss'Z'}") : null;
        return (left, end) switch
        {
            (null, null) => "until `cloudkick cloud reset`",
            (not null, not null) => $"{left}, or {end}",
            _ => left ?? end!,
        };
    }

    private static string Reason(int? code) => code is { } number ? ((MqttReasonCode)number).Describe() : "unknown";
}
