using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.Cli.Tests.Local;
using CloudKick.LocalCloud;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.Cli.Tests.Auditing;

/// <summary>A database, a cloud and a relay that commands work on, and the rows that they leave in the audit log.</summary>
internal sealed partial class CommandStage : IAsyncDisposable
{
    private static readonly TimeSpan Recently = TimeSpan.FromHours(1);

    private readonly TestDatabase _database;
    private readonly LocalCloudServer _cloud;
    private readonly RelayHost _relay;
    private readonly Dictionary<string, string> _variables;
    private IDisposable? _announcement;
    private long _lastRow;

    private CommandStage(string directory, TestDatabase database, LocalCloudServer cloud, RelayHost relay)
    {
        (Directory, _database, _cloud, _relay) = (directory, database, cloud, relay);
        _variables = new Dictionary<string, string>
        {
            ["CLOUDKICK_HOME"] = Home, ["ConnectionStrings__CloudKickOwner"] = database.OwnerConnectionString, ["CLOUDKICK_URL"] = relay.Address.ToString(),
        };
    }

    /// <summary>Every command that does something, by its words.</summary>
    public static IReadOnlyList<string> Commands { get; } =
        [.. Leaves(CloudKickCommand.Create(new CommandContext { Out = TextWriter.Null, Error = TextWriter.Null, Variable = _ => null }), "")];

    /// <summary>Those that were run.</summary>
    public HashSet<string> Run { get; } = [];

    /// <summary>For files; goes with the stage.</summary>
    public string Directory { get; }

    private string Home => Path.Combine(Directory, "home");

    private string Data => Path.Combine(Directory, "data");

    public static async Task<CommandStage> StartAsync()
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("cloudkick-commands-").FullName;
        var database = await TestDatabase.CreateAsync();
        var cloud = await LocalCloudServer.StartAsync(
            new LocalCloudOptions { Port = 0, DataDirectory = LocalSettings.CloudDirectoryIn(Path.Combine(directory, "data")) });
        var relay = await RelayHost.StartAsync(
            database, new RelayHostOptions { Cloud = cloud, Settings = new Dictionary<string, string?> { ["CloudKick:Aws:Profile"] = "relay" } });
        return new CommandStage(directory, database, cloud, relay);
    }

    /// <summary>Sets an environment variable for the commands from now on.</summary>
    public void Set(string variable, string value) => _variables[variable] = value;

    /// <summary>Changes what commands find in the database, past all that keeps the log.</summary>
    public async Task ChangeAsync(string sql, CancellationToken cancellationToken)
    {
        await using var owner = await _database.Owner.OpenConnectionAsync(cancellationToken);
        await owner.ExecuteAsync(new CommandDefinition(sql, cancellationToken: cancellationToken));
    }

    /// <summary>Runs a command to its end, which must be done and leave these rows, in this order, and no others.</summary>
    /// <param name="line">Its words, without a space in any.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="rows"><c>chain: actor action subject, before -> after</c>, as <see cref="NewRowsAsync"/> writes them.</param>
    public async Task<Invocation> ExpectAsync(string line, CancellationToken cancellationToken, params string[] rows)
    {
        var run = await RunAsync(line, cancellationToken);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), $"{line}: {run.Error}");
        Assert.That(await NewRowsAsync(cancellationToken), Is.EqualTo(rows), line);
        return run;
    }

    /// <summary>Runs a command that goes on until it is stopped: as soon as it has left so many rows.</summary>
    public async Task ExpectUntilStoppedAsync(string line, CancellationToken cancellationToken, params string[] rows)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = RunAsync(line, stop.Token);
        var left = new List<string>();
        await Eventually.HoldsAsync(
            async () =>
            {
                left.AddRange(await NewRowsAsync(cancellationToken));
                return left.Count;
            },
            count => count >= rows.Length || running.IsCompleted, cancellationToken);
        await stop.CancelAsync();
        var run = await running;
        left.AddRange(await NewRowsAsync(cancellationToken));

        Assert.That(left, Is.EqualTo(rows), $"{line}: {run.Error}");
    }

    /// <summary>Makes the relay that of a <c>local</c> whose demo merchant is this one: commands find it, and its keys, by themselves.</summary>
    public async Task AnnounceLocalAsync(string merchant, CancellationToken cancellationToken)
    {
        var state = SampleState.Create(Environment.ProcessId, Data);
        await using var owner = await _database.Owner.OpenConnectionAsync(cancellationToken);
        _announcement = new RunningLocals(new UserDirectory(Home)).Announce(state with
        {
            RelayUrl = _relay.Address.ToString(), ApiKey = _variables["CLOUDKICK_API_KEY"], AdminKey = _variables["CLOUDKICK_ADMIN_KEY"], Terminals = [],
            MerchantId = await owner.ExecuteScalarAsync<Guid>("select merchant_id from merchants where name = @merchant", new { merchant }), MerchantName = merchant,
            Iot = state.Iot with { Port = _cloud.Port, CaFile = _cloud.CaFile },
        });
        foreach (var variable in new[] { "CLOUDKICK_URL", "CLOUDKICK_API_KEY", "CLOUDKICK_ADMIN_KEY" })
            _variables.Remove(variable);
    }

    public async ValueTask DisposeAsync()
    {
        _announcement?.Dispose();
        await _relay.DisposeAsync();
        await _cloud.DisposeAsync();
        await _database.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private Task<Invocation> RunAsync(string line, CancellationToken cancellationToken)
    {
        Run.Add(Commands.Where(command => line.StartsWith(command + ' ', StringComparison.Ordinal)).MaxBy(command => command.Length)!);
        return Invocation.RunAsync([.. line.Split(' '), "--json"], cancellationToken, [.. _variables.Select(variable => (variable.Key, variable.Value))]);
    }

    // Ids by the names that people gave, hashes as #, and moments of just now as "now".
    private async Task<IReadOnlyList<string>> NewRowsAsync(CancellationToken cancellationToken)
    {
        await using var owner = await _database.Owner.OpenConnectionAsync(cancellationToken);
        var rows = (await owner.QueryAsync<(long Id, string Text)>(
            """
            select a.audit_id,
                   format('%s: %s %s %s, %s -> %s', coalesce(m.name, 'platform'), a.actor, a.action, a.subject, a.before, a.after)
            from audit_log a
            left join merchants m on m.merchant_id = a.merchant_id
            where a.audit_id > @_lastRow
            order by a.audit_id
            """,
            new { _lastRow })).ToArray();
        var names = (await owner.QueryAsync<(string Id, string Name)>(
            """
            select merchant_id::text, name from merchants
            union all select user_id::text, email from users
            union all select key_id, label from api_keys
            """)).ToArray();
        _lastRow = rows is [.., var last] ? last.Id : _lastRow;
        return [.. rows.Select(row => Readable(names.Aggregate(row.Text, (text, name) => text.Replace(name.Id, name.Name, StringComparison.Ordinal))))];
    }

    private static string Readable(string row) => Moment().Replace(
        Hash().Replace(row, "#"),
        moment => TimeProvider.System.GetUtcNow() - DateTimeOffset.Parse(moment.Groups[1].Value, CultureInfo.InvariantCulture) is var age && age.Duration() < Recently
            ? "\"now\"" : moment.Value);

    private static IEnumerable<string> Leaves(Command command, string words)
    {
        foreach (var part in command.Subcommands)
        {
            var name = words + part.Name;
            if (part.Action is not null)
                yield return name;
            foreach (var leaf in Leaves(part, name + ' '))
                yield return leaf;
        }
    }

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Hash();

    [GeneratedRegex("\"(\\d{4}-\\d\\d-\\d\\dT[^\"]+)\"")]
    private static partial Regex Moment();
}
