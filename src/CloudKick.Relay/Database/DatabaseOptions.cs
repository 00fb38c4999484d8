namespace CloudKick.Relay.Database;

/// <summary>
/// How the relay uses PostgreSQL: section <c>CloudKick:Database</c>, and the connection strings <c>CloudKick</c> and
/// <c>CloudKickOwner</c>. Pool size and timeouts here win over the same words in a connection string.
/// </summary>
public sealed class DatabaseOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Database";

    /// <summary><c>ConnectionStrings:CloudKick</c>: a login that is a member of <c>cloudkick_service</c> and owns nothing. Required.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// <c>ConnectionStrings:CloudKickOwner</c>: the schema's owner, used for nothing but migrations. Needed when <see cref="MigrateAtStart"/> is on.
    /// </summary>
    public string? OwnerConnectionString { get; set; }

    /// <summary>Apply pending migrations before the node starts to serve. Default off: <c>cloudkick migrate</c> does it at deployment.</summary>
    public bool MigrateAtStart { get; set; }

    /// <summary>How long one statement may take: 1 s to 10 min, default 10 s. Taking kicks on has 7 s at most.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait for a connection, from the pool or from the server: 1 s to 1 min, default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Connections that this node keeps at most: 2 to 500, default 50. Beside them are those for kicks alone: one for each of
    /// <c>CloudKick:Kicks:Writers</c>, and one more.
    /// </summary>
    public int MaximumPoolSize { get; set; } = 50;

    /// <summary>
    /// Have the statements of each kick prepared once per connection. Default on; off behind a pooler that hands a server's connection to another
    /// client after each transaction and does not know prepared statements, such as PgBouncer before 1.21.
    /// </summary>
    public bool PrepareStatements { get; set; } = true;

    /// <summary>How long migrating at start waits for another node that is at it, and for table locks: 1 s to 1 h, default 2 min.</summary>
    public TimeSpan MigrationLockTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long one migration may run at start: 1 s to 1 h, default 10 min.</summary>
    public TimeSpan MigrationTimeout { get; set; } = TimeSpan.FromMinutes(10);
}
