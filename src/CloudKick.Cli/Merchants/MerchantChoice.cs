using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;

namespace CloudKick.Cli.Merchants;

/// <summary>Which merchant a command is about: by id or by name; on a <c>local</c>'s database the demo merchant unless said otherwise.</summary>
internal static class MerchantChoice
{
    public const string OptionName = "--merchant";
    private const int PageSize = 500;

    public static Option<string?> Option() => new(OptionName)
    {
        Description = "The merchant, by id or by name [default: the running `local`'s]",
        HelpName = "MERCHANT",
    };

    /// <exception cref="CliException">None was named, there is no such one, or several have that name.</exception>
    public static async Task<Merchant> ResolveAsync(this MerchantRegistry registry, string? wanted, LocalState? local, CancellationToken cancellationToken)
    {
        wanted ??= local?.MerchantId.ToString();
        if (wanted is null)
            throw CliException.Usage($"Which merchant? Say so with {OptionName}.", "`cloudkick merchant list` shows them.");
        if (Guid.TryParse(wanted, out var id))
        {
            return await registry.FindAsync(new MerchantId(id), cancellationToken)
                ?? throw new CliException(ExitCode.Refused, $"There is no merchant {wanted}.", "`cloudkick merchant list` shows them.", "merchant-not-found");
        }

        var named = await registry.NamedAsync(wanted, PageSize, cancellationToken);
        return named switch
        {
            [var only] => only,
            [] => throw new CliException(ExitCode.Refused, $"There is no merchant named {wanted}.", "`cloudkick merchant list` shows them.", "merchant-not-found"),
            _ => throw CliException.Usage($"{named.Count} merchants are named {wanted}: name one by its id.", string.Join(Environment.NewLine, named.Select(merchant => merchant.MerchantId))),
        };
    }

    /// <summary>Whose rows a command is about: with <paramref name="platform"/> the platform's own (null), else a merchant's.</summary>
    /// <exception cref="CliException">None was named, there is no such one, or several have that name.</exception>
    public static async Task<MerchantId?> OwnerAsync(
        this MerchantRegistry registry, bool platform, string? wanted, LocalState? local, CancellationToken cancellationToken) =>
        platform ? null : new MerchantId((await registry.ResolveAsync(wanted, local, cancellationToken)).MerchantId);

    public static async Task<IReadOnlyList<Merchant>> ListAllAsync(this MerchantRegistry registry, CancellationToken cancellationToken)
    {
        var all = new List<Merchant>();
        IReadOnlyList<Merchant> page;
        do
        {
            page = await registry.ListAsync(all.Count == 0 ? null : new MerchantId(all[^1].MerchantId), PageSize, cancellationToken);
            all.AddRange(page);
        }
        while (page.Count == PageSize);
        return all;
    }
}
