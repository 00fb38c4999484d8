using CloudKick.Relay.Database;
using CloudKick.Relay.Users;

namespace CloudKick.Cli.Users;

internal static class UserPages
{
    private const int PageSize = 500;

    /// <summary>All of a merchant's people, or of the platform's.</summary>
    public static async Task<IReadOnlyList<User>> ListAllAsync(this UserRegistry registry, MerchantId? owner, CancellationToken cancellationToken)
    {
        var all = new List<User>();
        IReadOnlyList<User> page;
        do
        {
            page = await registry.ListAsync(owner, "", all.Count == 0 ? null : all[^1].Email, PageSize, cancellationToken);
            all.AddRange(page);
        }
        while (page.Count == PageSize);
        return all;
    }
}
