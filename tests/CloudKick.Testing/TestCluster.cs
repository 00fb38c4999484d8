using CloudKick.Cli.Local;
using CloudKick.Relay.Database;

namespace CloudKick.Testing;

/// <summary>
/// The PostgreSQL server of this test process: started by the first fixture that needs a database, with a migrated template
/// database to copy from. Its keeper stops it and removes its files when the process ends, however it ends.
/// </summary>
internal sealed record TestCluster(PrivatePostgres Postgres, PrivateDatabase Template)
{
    public const string TemplateName = "cloudkick_template";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly Lazy<Task<TestCluster>> Started = new(StartAsync);

    /// <summary>The one cluster; a failure to start it is every caller's failure.</summary>
    public static Task<TestCluster> GetAsync(CancellationToken cancellationToken) => Started.Value.WaitAsync(cancellationToken);

    private static async Task<TestCluster> StartAsync()
    {
        using var deadline = new CancellationTokenSource(StartTimeout);
        var options = new PrivatePostgresOptions { MaximumConnections = 500 };
        var postgres = await PrivatePostgres.StartAsync(options, progress: null, deadline.Token);
        try
        {
            return new TestCluster(postgres, await PrivateDatabase.EnsureAsync(postgres, TemplateName, starting: null, deadline.Token));
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }
}
