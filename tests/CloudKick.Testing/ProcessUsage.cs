using System.Globalization;

namespace CloudKick.Testing;

/// <summary>What processes used of the machine, from Linux's <c>/proc</c>.</summary>
public static class ProcessUsage
{
    // USER_HZ: what the kernel counts in towards programs, whatever it counts in itself.
    private const double TicksPerSecond = 100;

    // Fields of /proc/<pid>/stat after the name, which is in parentheses and may hold anything (proc_pid_stat(5)).
    private const int ParentField = 1;
    private const int OwnTimeField = 11;
    private const int EndedChildrensTimeField = 13;

    // Columns of the first line of /proc/stat (proc_stat(5)): guests' time, behind these, is in the users' already.
    private const int IdleColumn = 4;
    private const int WaitsForDiskColumn = 5;
    private const int StolenColumn = 8;

    /// <summary>Seconds of CPU that the process has used, kernel included.</summary>
    public static double CpuSeconds(int processId) => Time(Stat(processId), OwnTimeField);

    /// <summary>Seconds of CPU that the process has used, its descendants that live, and those that have ended and were waited for.</summary>
    public static double CpuSecondsOfFamily(int processId)
    {
        var children = Processes().Select(id => (Id: id, Stat: Stat(id))).Where(process => process.Stat.Length > 0)
            .ToLookup(process => int.Parse(process.Stat[ParentField], CultureInfo.InvariantCulture));
        return Family(processId, Stat(processId));

        double Family(int id, string[] stat) =>
            Time(stat, OwnTimeField) + Time(stat, EndedChildrensTimeField) + children[id].Sum(child => Family(child.Id, child.Stat));
    }

    /// <summary>Seconds of CPU of the process's children that have ended and were waited for.</summary>
    public static double CpuSecondsOfEndedChildren(int processId) => Time(Stat(processId), EndedChildrensTimeField);

    /// <summary>Seconds of CPU that all processes have used since the machine started, what the host of a virtual machine gave to others included.</summary>
    public static double CpuSecondsOfMachine() => File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Index().Where(column => column.Index is > 0 and <= StolenColumn and not (IdleColumn or WaitsForDiskColumn))
        .Sum(column => long.Parse(column.Item, CultureInfo.InvariantCulture)) / TicksPerSecond;

    /// <summary>Bytes of the process in memory.</summary>
    public static long ResidentBytes(int processId)
    {
        const string Field = "VmRSS:";
        var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Who started the process, or adopted it.</summary>
    public static int ParentOf(int processId) => int.Parse(Stat(processId)[ParentField], CultureInfo.InvariantCulture);

    /// <summary>The processes that it started and that live.</summary>
    public static IReadOnlyList<int> ChildrenOf(int processId) =>
        [.. Processes().Where(id => !HasEnded(id) && Stat(id) is { Length: > 0 } stat && int.Parse(stat[ParentField], CultureInfo.InvariantCulture) == processId)];

    /// <summary>Whether it is gone, or will be once somebody asks how it ended.</summary>
    public static bool HasEnded(int processId) => Stat(processId) is [] or ["Z", ..];

    private static IEnumerable<int> Processes() =>
        from directory in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(directory)
        where int.TryParse(name, CultureInfo.InvariantCulture, out _)
        select int.Parse(name, CultureInfo.InvariantCulture);

    private static double Time(string[] stat, int field) => stat.Length == 0
        ? 0
        : (long.Parse(stat[field], CultureInfo.InvariantCulture) + long.Parse(stat[field + 1], CultureInfo.InvariantCulture)) / TicksPerSecond;

    // Empty when the process has ended.
    private static string[] Stat(int processId)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
