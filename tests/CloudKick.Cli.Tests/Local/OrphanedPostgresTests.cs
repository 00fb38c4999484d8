using CloudKick.Cli.Local;
using Dapper;
using Npgsql;

namespace CloudKick.Cli.Tests.Local;

/// <summary>Whatever way its process ends, the server ends with it.</summary>
[CancelAfter(120_000)]
internal sealed class OrphanedPostgresTests
{
    [Test]
    public async Task Killed_process_leaves_no_server_and_no_files(CancellationToken cancellationToken)
    {
        using var holder = await PostgresHolder.StartAsync(directory: null, cancellationToken);
        Assert.That(await AnswerAsync(holder, "select 42"), Is.EqualTo(42));

        await holder.KillAsync(cancellationToken);

        await ServerProcesses.WaitUntilGoneAsync(holder.Server.Pid, cancellationToken);
        await ServerProcesses.WaitUntilAsync(() => !Directory.Exists(holder.Server.Directory), cancellationToken);
    }

    [Test]
    public async Task Process_that_ends_without_disposing_leaves_no_server_and_no_files(CancellationToken cancellationToken)
    {
        using var holder = await PostgresHolder.StartAsync(directory: null, cancellationToken);

        await holder.LeaveAsync(cancellationToken);

        await ServerProcesses.WaitUntilGoneAsync(holder.Server.Pid, cancellationToken);
        await ServerProcesses.WaitUntilAsync(() => !Directory.Exists(holder.Server.Directory), cancellationToken);
    }

    [Test]
    public async Task Data_of_a_killed_process_is_there_for_the_next_one_at_once(CancellationToken cancellationToken)
    {
        var directory = Path.Combine(Path.GetTempPath(), "cloudkick-test-" + Path.GetRandomFileName());
        try
        {
            using var holder = await PostgresHolder.StartAsync(directory, cancellationToken);
            await AnswerAsync(holder, "create table kept as select 42 as answer");
            await holder.KillAsync(cancellationToken);

            await using var next = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = directory }, null, cancellationToken);

            await using var connection = new NpgsqlConnection(next.SuperuserConnectionString() + ";Pooling=false");
            Assert.That(await connection.ExecuteScalarAsync<int>("select answer from kept"), Is.EqualTo(42));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<int> AnswerAsync(PostgresHolder holder, string sql)
    {
        await using var connection = new NpgsqlConnection(holder.Server.ConnectionString + ";Pooling=false");
        return await connection.ExecuteScalarAsync<int>(sql);
    }
}
