using System.Net;
using CloudKick.Relay.Database;
using CloudKick.Relay.Users;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>What people do by mistake or too late is told to them, in words that fit, before it does harm.</summary>
[CancelAfter(120_000)]
internal sealed class MistakesTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;
    private PageClient _platform = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _merchant = await _relay.AddMerchantAsync();
        _platform = await _relay.SignInAsync(null, Roles.PlatformOperator);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("whitelist/import")]
    [TestCase("/platform/terminals/import")]
    public async Task A_file_that_is_larger_than_a_page_takes_is_told_so(string page, CancellationToken cancellationToken)
    {
        var path = page.StartsWith('/') ? page : At(page);
        using var form = new MultipartFormDataContent
        {
            { new StringContent(await _platform.TokenAsync(path, cancellationToken)), "__RequestVerificationToken" },
            { new ByteArrayContent(new byte[3 * 1024 * 1024]), "Upload", "export.csv" },
        };

        var answer = await _platform.SendAsync(HttpMethod.Post, path, form, follow: true, cancellationToken);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(answer.Text, Does.Contain("The file is larger than this page takes.").And.Not.Contain("too old"));
    }

    private string At(string path) => $"/m/{_merchant}/{path}";
}
