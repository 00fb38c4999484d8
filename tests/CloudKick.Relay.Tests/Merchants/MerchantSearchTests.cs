using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.Relay.Tests.Merchants;

[CancelAfter(120_000)]
internal sealed class MerchantSearchTests
{
    private const string Name = "Slagerij L'Agneau & Zonen (Noord)";

    private TestDatabase _database = null!;
    private MerchantRegistry _registry = null!;
    private Merchant _merchant = null!;

    [OneTimeSetUp]
    public async Task AddMerchants()
    {
        _database = await TestDatabase.CreateAsync();
        _registry = new MerchantRegistry(new TenantDatabase(_database.Service), TimeProvider.System);
        await _registry.AddAsync("Florist", Shop.Actor, CancellationToken.None);
        _merchant = await _registry.AddAsync(Name, Shop.Actor, CancellationToken.None);
        await _registry.AddAsync("100% Fiets", Shop.Actor, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [TestCase("slagerij")]
    [TestCase("SLAGERIJ L'")]
    [TestCase("agneau & zo")]
    [TestCase("Zonen")]
    [TestCase("noord)")]
    public async Task A_merchant_is_found_by_how_a_word_of_its_name_begins_and_goes_on(string search, CancellationToken cancellationToken) =>
        Assert.That(await SearchAsync(search, cancellationToken), Is.EqualTo(new[] { Name }));

    [TestCase("onen")]
    [TestCase("slagerij zonen")]
    [TestCase("sla%")]
    [TestCase("_lagerij")]
    [TestCase("\\")]
    public async Task What_no_word_begins_with_is_not_found(string search, CancellationToken cancellationToken) =>
        Assert.That(await SearchAsync(search, cancellationToken), Is.Empty);

    [Test]
    public async Task A_merchant_is_found_by_its_id_and_how_it_begins(CancellationToken cancellationToken)
    {
        var id = _merchant.MerchantId.ToString();

        Assert.That(await SearchAsync(id, cancellationToken), Is.EqualTo(new[] { Name }));
        Assert.That(await SearchAsync(id[..^1].ToUpperInvariant(), cancellationToken), Is.EqualTo(new[] { Name }));
    }

    [Test]
    public async Task Without_anything_to_search_all_are_listed_page_by_page(CancellationToken cancellationToken)
    {
        var first = await _registry.SearchAsync("", null, 2, cancellationToken);
        var second = await _registry.SearchAsync("", new MerchantId(first[^1].MerchantId), 2, cancellationToken);

        Assert.That(first.Concat(second).Select(merchant => merchant.Name), Is.EqualTo(new[] { "Florist", Name, "100% Fiets" }));
    }

    [TestCase("100% Fiets", false, true)]
    [TestCase("100% fiets", false, false)]
    [TestCase("100% fiets", true, true)]
    [TestCase("Fiets", true, false)]
    public async Task A_merchant_goes_by_its_whole_name_in_its_own_case_unless_any_will_do(string name, bool anyCase, bool isFound, CancellationToken cancellationToken)
    {
        var named = await _registry.NamedAsync(name, limit: 2, cancellationToken, anyCase);

        Assert.That(named.Select(merchant => merchant.Name), Is.EqualTo(isFound ? new[] { "100% Fiets" } : []));
    }

    [Test]
    public async Task A_new_name_replaces_the_old_one(CancellationToken cancellationToken)
    {
        await using var owner = await _database.Owner.OpenConnectionAsync(cancellationToken);
        await owner.ExecuteAsync("update merchants set name = 'Bloemist' where name = 'Florist'");
        var found = await SearchAsync("bloemist", cancellationToken);
        var lost = await SearchAsync("florist", cancellationToken);
        await owner.ExecuteAsync("update merchants set name = 'Florist' where name = 'Bloemist'");

        Assert.That(found, Is.EqualTo(new[] { "Bloemist" }));
        Assert.That(lost, Is.Empty);
    }

    private async Task<string[]> SearchAsync(string search, CancellationToken cancellationToken) =>
        [.. (await _registry.SearchAsync(search, null, 10, cancellationToken)).Select(merchant => merchant.Name)];
}
