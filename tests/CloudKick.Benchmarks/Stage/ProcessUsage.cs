using System.Globalization;

namespace CloudKick.Benchmarks.Stage;

/// <summary>What processes used of the machine, from <c>/proc</c>.</summary>
internal static class ProcessUsage
{
    // USER_HZ: what the kernel counts in towards programs, whatever it counts in itself.
    private const double TicksPerSecond = 100;

    // Fields of /proc/<pid>/stat after the name, which is in parentheses and may hold anything (proc_pid_stat(5)).
    private const int ParentField = 1;
    private const int OwnTimeField = 11;
    private const int EndedChildrensTimeField = 13;

    /// <summary>Seconds of CPU that the process has used, kernel included.</summary>
    public static double CpuSeconds(int processId) => Time(Stat(processId), OwnTimeField);

    /// <summary>Seconds of CPU that the process and its children, those that have ended included, have used.</summary>
    public static double CpuSecondsOfFamily(int processId)
    {
        var parent = Stat(processId);
        return Time(parent, OwnTimeField) + Time(parent, EndedChildrensTimeField) + Children(processId).Sum(CpuSeconds);
    }

    /// <summary>Seconds of CPU of the process's children that have ended and were waited for.</summary>
    public static double CpuSecondsOfEndedChildren(int processId) => Time(Stat(processId), EndedChildrensTimeField);

    /// <summary>Bytes of the process in memory.</summary>
    public static long ResidentBytes(int processId)
    {
        const string Field = "VmRSS:";
        var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    public static int ParentOf(int processId) => int.Parse(Stat(processId)[ParentField], CultureInfo.InvariantCulture);

    private static IEnumerable<int> Children(int processId) =>
        from directory in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(directory)
        where int.TryParse(name, CultureInfo.InvariantCulture, out var id) && Stat(id) is [_, var parent, ..] && parent == processId.ToString(CultureInfo.InvariantCulture)
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
