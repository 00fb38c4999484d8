using System.Globalization;
using System.Net;
using CloudKick.Cli.Local;
using CloudKick.Relay.Tests.Security;
using CloudKick.Testing;
using CloudKick.Testing.Volume;
using Dapper;

namespace CloudKick.Relay.Tests.Volume;

/// <summary>
/// Every list, search and detail page and its call of the API, on so much data that PostgreSQL chooses as it would with a hundred times
/// more: no big table is read from end to end, and nothing is read in numbers only to be thrown away.
/// </summary>
[CancelAfter(600_000)]
internal sealed class QueryPlanTests
{
    private const int Terminals = 20_000;
    private const int Kicks = 200_000;

    // A table with fewer rows is read faster than any index.
    private const int RowsOfBigTable = PlanStep.MostReadInOrder;

    // One that reads the largest merchant's terminals and shows those that it wants; its kicks are ten times as many.
    private const int MostDropped = 5_000;

    // What is looked at nowhere: what has no data of its own, the few people and keys of the platform, a transfer (by its id alone), what asks
    // the cloud, and what goes through a whole chain on purpose.
    private static readonly string[] NotLookedAt =
    [
        "/", "/health/", "/assets/", "/problem", "/language", "/sign-in", "/welcome/", "/account", "/m/{merchantId:guid}/whitelist/import",
        "/platform/users/{userId:guid}", "/platform/api-keys/{keyId}", "/v1/transfers/{transferId:guid}", "/v1/admin/transfers/{transferId:guid}",
        "/v1/admin/terminals/{terminalId}/certificates", "/v1/audit/verification", "/v1/admin/audit/verification", "/v1/admin/merchants/{merchantId:guid}/audit/verification",
    ];

    private static string Yesterday => TimeProvider.System.GetUtcNow().AddDays(-1).ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private PrivatePostgres _server = null!;
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private VolumeReaders _readers = null!;
    private PlanLog _plans = null!;
    private Look[] _looks = null!;
    private HashSet<string> _bigTables = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Settings = PlanLog.Settings }, progress: null, CancellationToken.None);
        _database = await TestDatabase.CreateOnAsync(_server);
        var merchants = await StoredVolume.FillAsync(
            _database.Owner, new VolumeOptions { Terminals = Terminals, Kicks = Kicks }, progress: null, CancellationToken.None);
        _relay = await RelayHost.StartAsync(_database, new RelayHostOptions { Settings = RelayHost.NoRateLimits });
        _readers = await VolumeReaders.SignInAsync(_relay.Address, _database.Owner, merchants, CancellationToken.None);
        _looks =
        [
            .. merchants.SelectMany(merchant => Looks.AtPages(merchant, Reader.Admin)), .. Looks.AtPages(merchants[0], Reader.Support),
            .. merchants.SelectMany(Looks.OverApi), .. Looks.AtPlatform(merchants[0]),
        ];
        _plans = new PlanLog(_server);
        await using var connection = await _database.Owner.OpenConnectionAsync();
        _bigTables = (await connection.QueryAsync<string>(
            """
            select c.relname
            from pg_class c
            where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.reltuples >= @RowsOfBigTable
            """,
            new { RowsOfBigTable })).ToHashSet(StringComparer.Ordinal);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _readers.Dispose();
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public void Everything_that_can_be_opened_is_looked_at()
    {
        var routes = AccessMatrix.Lines.Keys.Where(call => call.StartsWith("GET ", StringComparison.Ordinal)).Select(call => call["GET ".Length..]);
        var looked = _looks.Select(look => look.Route).ToHashSet(StringComparer.Ordinal);

        Assert.That(routes.Where(route => !looked.Contains(route) && !IsExcepted(route)), Is.Empty);
        Assert.That(looked, Is.SubsetOf(routes));

        static bool IsExcepted(string route) => NotLookedAt.Any(beginning => beginning == "/" ? route == "/" : route.StartsWith(beginning, StringComparison.Ordinal));
    }

    [Test]
    public async Task No_look_reads_a_big_table_from_end_to_end_or_many_rows_for_nothing(CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        foreach (var look in _looks)
            faults.AddRange(await FaultsAsync(look, cancellationToken));

        Assert.That(
            _bigTables, Is.SupersetOf((string[])
            [
                "merchants", "merchant_words", "terminals", "terminal_states", "terminal_presence", "presence_changes", "whitelist_entries", "tas_sessions",
                "audit_log", "users",
                "unsuccessful_kicks", "kick_hours", $"kicks_{Yesterday}", $"kick_events_{Yesterday}",
            ]));
        Assert.That(string.Join("\n\n", faults.Distinct()), Is.Empty);
    }

    [Test]
    public async Task A_missing_index_is_noticed(CancellationToken cancellationToken)
    {
        var bySubject = _looks.First(look => look is { Route: "/m/{merchantId:guid}/audit", What: "by subject, without hits" });
        var before = await FaultsAsync(bySubject, cancellationToken);
        await using var connection = await _database.Owner.OpenConnectionAsync(cancellationToken);
        var definition = await connection.ExecuteScalarAsync<string>("select pg_get_indexdef('audit_log_subject'::regclass)");
        await connection.ExecuteAsync("drop index audit_log_subject");
        IReadOnlyList<string> without;
        try
        {
            without = await FaultsAsync(bySubject, cancellationToken);
        }
        finally
        {
            await connection.ExecuteAsync(definition!);
        }

        Assert.That(before, Is.Empty);
        Assert.That(without, Is.Not.Empty);
    }

    private async Task<IReadOnlyList<string>> FaultsAsync(Look look, CancellationToken cancellationToken)
    {
        _plans.Skip();
        var (status, text, _) = await _readers.OpenAsync(look, cancellationToken);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), $"{look.Path}: {text}");
        var plans = await _plans.ReadAsync(cancellationToken);
        Assert.That(plans, Is.Not.Empty, look.Path);
        return
        [
            .. from plan in plans
               from step in plan.Steps
               where (step.Table is null || _bigTables.Contains(step.Table))
               where step.ReadsAll || step.Dropped > MostDropped
               select $"{look.Name} as {look.Reader}: {step.Dropped} rows dropped by {step.Description}\n{plan.Statement}",
        ];
    }
}
