namespace CloudKick.Cli.Local;

/// <summary>
/// What a running <c>local</c> offers: the line that <c>local --json</c> prints, and what the other commands read to find it.
/// Names and meanings are stable. It holds secrets of this machine's demo: keys and passwords.
/// </summary>
internal sealed record LocalState
{
    /// <summary>Base address of the HTTP API.</summary>
    public required string RelayUrl { get; init; }

    /// <summary>Where the API's documentation is.</summary>
    public required string SwaggerUrl { get; init; }

    /// <summary>The demo merchant's key, with all of a merchant's scopes.</summary>
    public required string ApiKey { get; init; }

    /// <summary>A platform operator's key.</summary>
    public required string AdminKey { get; init; }

    /// <summary>Where people sign in: the pages.</summary>
    public required string PagesUrl { get; init; }

    /// <summary>The demo merchant's administrator signs in with this address.</summary>
    public required string AdminEmail { get; init; }

    /// <summary>A platform operator signs in with this address.</summary>
    public required string OperatorEmail { get; init; }

    /// <summary>The password of both.</summary>
    public required string Password { get; init; }

    public required Guid MerchantId { get; init; }

    public required string MerchantName { get; init; }

    /// <summary>TMS ids of the simulated terminals, all of the demo merchant and on its whitelist.</summary>
    public required IReadOnlyList<string> Terminals { get; init; }

    public required IotState Iot { get; init; }

    public required TasState Tas { get; init; }

    /// <summary>The database as its owner, in Npgsql's form: for <c>ConnectionStrings__CloudKickOwner</c> and <c>--database</c>.</summary>
    public required string Database { get; init; }

    /// <summary>The database as the relay uses it, in Npgsql's form: for <c>ConnectionStrings__CloudKick</c> of another node.</summary>
    public required string RelayDatabase { get; init; }

    /// <summary>The database as its owner, in libpq's form: for <c>psql</c>.</summary>
    public required string DatabaseUrl { get; init; }

    /// <summary>Where everything is kept; with <c>--ephemeral</c> it goes when <c>local</c> stops.</summary>
    public required string DataDirectory { get; init; }

    public required bool Ephemeral { get; init; }

    public required int ProcessId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
}

/// <summary>The stand-in for AWS IoT Core, and the relay's own identity in it (for a second node).</summary>
/// <param name="Host">Name to connect to; it is in the server's certificate.</param>
/// <param name="Port">The one TLS port; ALPN chooses what it speaks.</param>
/// <param name="CaFile">What clients trust, PEM.</param>
/// <param name="CertificateFile">The relay's certificate, PEM.</param>
/// <param name="PrivateKeyFile">Its private key, PEM.</param>
/// <param name="CredentialsFile">Who may sign requests of its HTTPS APIs, as AWS's tools write it; profile <c>default</c> may do everything.</param>
/// <param name="Region">The region that they are signed for.</param>
internal sealed record IotState(
    string Host, int Port, string CaFile, string CertificateFile, string PrivateKeyFile, string CredentialsFile, string Region);

/// <summary>Where terminals open their OPI sessions.</summary>
internal sealed record TasState(string Host, int Port);
