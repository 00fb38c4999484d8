namespace CloudKick.Faults.Tests.Experiments;

/// <summary>A PostgreSQL server that keeps what it has committed when it is killed.</summary>
internal static class Durable
{
    // The disk itself may be slow, but what is committed is handed to the system: only a crash of the whole machine could take it back.
    public static readonly string[] Settings = ["synchronous_commit=on", "fsync=off"];
}
