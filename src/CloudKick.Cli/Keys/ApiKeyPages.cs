using CloudKick.Relay.Database;
using CloudKick.Relay.Security;

namespace CloudKick.Cli.Keys;

internal static class ApiKeyPages
{
    private const int PageSize = 500;

    /// <summary>All keys of a merchant, or of the platform's operators.</summary>
    public static async Task<IReadOnlyList<ApiKey>> ListAllAsync(this ApiKeys keys, MerchantId? owner, CancellationToken cancellationToken)
    {
        var all = new List<ApiKey>();
        IReadOnlyList<ApiKey> page;
        do
        {
            page = await keys.ListAsync(owner, all.Count == 0 ? null : all[^1].KeyId, PageSize, cancellationToken);
            all.AddRange(page);
        }
        while (page.Count == PageSize);
        return all;
    }
}
