using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>
/// Connections of their own for the two things that the database is asked for every kick. Each is asked the same again and again, so PostgreSQL's
/// process behind it has all that it needs at hand, which a process that serves everything in turn has not; and a kick waits for no page's query.
/// Thread-safe.
/// </summary>
internal sealed class KickConnections(NpgsqlDataSource deciding, NpgsqlDataSource recording) : IDisposable
{
    /// <summary>For judging and storing kicks.</summary>
    public NpgsqlDataSource Deciding => deciding;

    /// <summary>For writing how attempts ended.</summary>
    public NpgsqlDataSource Recording => recording;

    /// <summary>Gives those up that nobody uses at the moment: the server or the way to it was lost, and they would be found dead one by one.</summary>
    public void Clear()
    {
        deciding.Clear();
        recording.Clear();
    }

    public void Dispose()
    {
        deciding.Dispose();
        recording.Dispose();
    }
}
