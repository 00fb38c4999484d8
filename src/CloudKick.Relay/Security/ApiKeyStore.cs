using Dapper;
using Npgsql;

namespace CloudKick.Relay.Security;

/// <summary>What authentication asks of the database, before it knows a tenant.</summary>
internal sealed class ApiKeyStore(NpgsqlDataSource dataSource)
{
    private const string FindSql =
        """
        select key_id as keyid, merchant_id as merchantid, environment, secret_hash as secrethash, scopes,
               expires_at as expiresat, revoked_at as revokedat
        from find_api_key(@keyId)
        """;

    private const string RecordUseSql = "select record_api_key_use(@keyIds, @usedAt)";

    public async Task<ApiKeyRow?> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<ApiKeyRow>(
            new CommandDefinition(FindSql, new { keyId }, cancellationToken: cancellationToken));
    }

    public async Task RecordUseAsync(string[] keyIds, DateTime[] usedAt, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(RecordUseSql, new { keyIds, usedAt }, cancellationToken: cancellationToken));
    }
}
