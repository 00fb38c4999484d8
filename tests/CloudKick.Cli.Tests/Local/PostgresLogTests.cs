using CloudKick.Cli.Local;

namespace CloudKick.Cli.Tests.Local;

internal sealed class PostgresLogTests
{
    private const string Taken =
        """
        2026-11-21 09:00:00.000 UTC [7] LOG:  starting PostgreSQL 15.6
        2026-11-21 09:00:00.000 UTC [7] LOG:  could not bind IPv4 address "127.0.0.1": Address already in use
        2026-11-21 09:00:00.000 UTC [7] HINT:  Is another postmaster already running on port 5432? If not, wait a few seconds and retry.
        2026-11-21 09:00:00.000 UTC [7] WARNING:  could not create listen socket for "127.0.0.1"
        2026-11-21 09:00:00.000 UTC [7] FATAL:  could not create any TCP/IP sockets
        """;

    [Test]
    public void Taken_port_is_the_cause_rather_than_its_consequence()
    {
        Assert.That(PostgresLog.PortTaken(Taken), Is.True);
        Assert.That(PostgresLog.Cause(Taken), Is.EqualTo("LOG:  could not bind IPv4 address \"127.0.0.1\": Address already in use"));
    }

    [Test]
    public void Fatal_line_is_the_cause()
    {
        const string Log = "x LOG:  starting\nx FATAL:  data directory \"d\" has wrong ownership\nx HINT:  The server must be started by its owner.\n";

        Assert.That(PostgresLog.Cause(Log), Is.EqualTo("FATAL:  data directory \"d\" has wrong ownership"));
    }

    [TestCase("", "it said nothing")]
    [TestCase("sh: 1: postgres: not found\n", "sh: 1: postgres: not found")]
    public void Without_a_fatal_line_the_last_one_is_the_cause(string log, string cause)
    {
        Assert.That(PostgresLog.Cause(log), Is.EqualTo(cause));
    }

    [TestCase("FATAL:  lock file \"postmaster.pid\" already exists", true)]
    [TestCase("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use", true)]
    [TestCase("FATAL:  password authentication failed", false)]
    public void Predecessor_that_is_ending_is_recognised(string log, bool expected)
    {
        Assert.That(PostgresLog.PredecessorEnding(log), Is.EqualTo(expected));
    }
}
