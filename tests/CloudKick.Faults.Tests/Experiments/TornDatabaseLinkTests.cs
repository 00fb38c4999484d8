using System.Net;
using CloudKick.Faults.Proxying;
using CloudKick.Relay.Database;
using CloudKick.Testing;
using Dapper;
using Npgsql;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>
/// The link to the database dribbles and is reset somewhere between the first byte of an answer and the last, in the middle of a row too:
/// whoever asked is told that the database is not available, never that the relay has a fault.
/// </summary>
[Patience]
internal sealed class TornDatabaseLinkTests
{
    private const int Step = 3;
    private const int MoreThanAConversation = 10_000;
    private const string Sql = "select n, repeat('text', 20) as text, now() as at from generate_series(1, 1) n";

    private TestDatabase _database = null!;
    private FaultProxy _link = null!;
    private NpgsqlDataSource _dataSource = null!;

    [OneTimeSetUp]
    public async Task Connect()
    {
        _database = await TestDatabase.CreateAsync();
        var settings = new NpgsqlConnectionStringBuilder(_database.ServiceConnectionString) { Pooling = false };
        _link = new FaultProxy(0, null, new IPEndPoint(IPAddress.Loopback, settings.Port));
        settings.Port = _link.Port;
        _dataSource = NpgsqlDataSource.Create(settings);
    }

    [OneTimeTearDown]
    public async Task Disconnect()
    {
        await _dataSource.DisposeAsync();
        await _link.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public Task A_tenants_row() => TearAsync(cancellationToken =>
        new TenantDatabase(_dataSource).QuerySingleOrDefaultAsync<Row>(Tenant.Platform, Sql, null, cancellationToken));

    [Test]
    public Task A_row_without_a_tenant() => TearAsync(async cancellationToken =>
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(Sql, cancellationToken: cancellationToken));
    });

    private async Task TearAsync(Func<CancellationToken, Task<Row?>> askAsync)
    {
        _link.Heal();
        var whole = await askAsync(TestContext.CurrentContext.CancellationToken);
        var tears = 0;

        for (var bytes = 1; bytes < MoreThanAConversation; bytes += Step)
        {
            _link.ToClient.Faults = new LinkFaults { ResetsAfterBytes = bytes, SliceBytes = 16 };
            try
            {
                var row = await askAsync(TestContext.CurrentContext.CancellationToken);
                Assert.That(row?.Text, Is.EqualTo(whole!.Text));
                break;
            }
            catch (Exception failure) when (failure is not AssertionException)
            {
                Assert.That(DatabaseFailure.IsUnavailable(failure), Is.True, $"after {bytes} bytes: {failure}");
                tears++;
            }
        }
        Assert.That(tears, Is.InRange(20, MoreThanAConversation / Step - 1));
    }

    private sealed record Row
    {
        public required int N { get; init; }

        public required string Text { get; init; }

        public required DateTime At { get; init; }
    }
}
