using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using Npgsql;

namespace CloudKick.Testing.Volume;

/// <summary>Everybody who looks: people who are signed in, and keys. Of a relay in this process or in another. Not thread-safe.</summary>
public sealed class VolumeReaders : IDisposable
{
    private const string Password = "correct horse battery";

    private readonly Dictionary<(Reader Reader, MerchantId? Merchant), PageClient> _browsers = [];
    private readonly Dictionary<(Reader Reader, MerchantId? Merchant), HttpClient> _clients = [];

    private VolumeReaders()
    {
    }

    /// <summary>Adds people and keys to the database and signs the people in.</summary>
    /// <param name="relay">Where the relay answers; it asks for no second factor.</param>
    /// <param name="owner">Connections as the schema's owner.</param>
    /// <param name="merchants">Whose people and keys.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="InvalidOperationException">Somebody was not let in.</exception>
    public static async Task<VolumeReaders> SignInAsync(
        Uri relay, NpgsqlDataSource owner, IEnumerable<VolumeMerchant> merchants, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(merchants);
        var readers = new VolumeReaders();
        try
        {
            var tenants = new TenantDatabase(owner);
            await readers.AddAsync(relay, tenants, Reader.Support, null, Roles.PlatformSupport, cancellationToken);
            await readers.AddAsync(relay, tenants, Reader.Operator, null, Roles.PlatformOperator, cancellationToken);
            await readers.AddKeyAsync(relay, tenants, Reader.PlatformKey, null, [Scopes.PlatformAdmin], cancellationToken);
            foreach (var merchant in merchants)
            {
                await readers.AddAsync(relay, tenants, Reader.Admin, merchant.Id, Roles.Admin, cancellationToken);
                await readers.AddKeyAsync(relay, tenants, Reader.Key, merchant.Id, Scopes.OfMerchants, cancellationToken);
            }

            return readers;
        }
        catch
        {
            readers.Dispose();
            throw;
        }
    }

    /// <summary>Opens it.</summary>
    /// <returns>The answer, and how long it took until all of it was there.</returns>
    public async Task<(HttpStatusCode Status, string Text, TimeSpan Took)> OpenAsync(Look look, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(look);
        var asked = Stopwatch.GetTimestamp();
        if (look.Reader is Reader.Key or Reader.PlatformKey)
        {
            var answer = await _clients[(look.Reader, look.Merchant?.Id)].AskAsync(look.Path, cancellationToken);
            return (answer.Status, answer.Text, Stopwatch.GetElapsedTime(asked));
        }

        var whose = look.Reader == Reader.Admin ? look.Merchant?.Id : null;
        var page = await _browsers[(look.Reader, whose)].OpenAsync(look.Path, cancellationToken, follow: false);
        var took = Stopwatch.GetElapsedTime(asked);
        // Not before: making a text of the page is the test's own work.
        return (page.Status, page.Text, took);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var browser in _browsers.Values)
            browser.Dispose();
        foreach (var client in _clients.Values)
            client.Dispose();
    }

    private async Task AddAsync(
        Uri relay, TenantDatabase tenants, Reader reader, MerchantId? merchant, string role, CancellationToken cancellationToken)
    {
        var email = Addresses.New(role);
        _ = await new UserRegistry(tenants).AddWithPasswordAsync(new NewUser(merchant, email, role), Password, Actor.Cli, cancellationToken)
            ?? throw new InvalidOperationException($"{email} is taken.");
        var browser = _browsers[(reader, merchant)] = new PageClient(relay);
        var page = await browser.SignInAsync(email, Password, cancellationToken);
        if (page.Status != HttpStatusCode.OK || page.Path.StartsWith("/sign-in", StringComparison.Ordinal))
            throw new InvalidOperationException($"Not signed in: {page}");
    }

    private async Task AddKeyAsync(
        Uri relay, TenantDatabase tenants, Reader reader, MerchantId? merchant, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        var key = await new ApiKeys(tenants).CreateAsync(new NewApiKey(merchant, "volume", "looks", [.. scopes]), Actor.Cli, cancellationToken)
            ?? throw new InvalidOperationException($"There is no merchant {merchant}.");
        var client = _clients[(reader, merchant)] = new HttpClient { BaseAddress = relay };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Token);
    }
}
