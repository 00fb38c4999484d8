using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.Transfers;
using CloudKick.Relay.Users;
using CloudKick.Relay.Whitelist;
using CloudKick.Testing;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Security;

/// <summary>
/// Every merchant's call and page that names something by its id: for another merchant's and for one that nobody has, status and body are
/// the same, whoever asks. Walks the application's own endpoints, so a new one is walked too.
/// </summary>
[CancelAfter(300_000)]
internal sealed partial class ForeignIdsTests
{
    private const string ForeignTerminal = "NL000901";
    private const string UnknownTerminal = "NL000999";

    private static readonly string[] RolesOfMerchants = [Roles.Viewer, Roles.Operator, Roles.Admin];

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _own;
    private Dictionary<string, PageClient> _people = null!;
    private Dictionary<string, string> _tokens = null!;
    private string _key = null!;

    // By the parameter's name: what a foreign one is, and what nobody has.
    private Dictionary<string, (string Foreign, string Unknown)> _ids = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _own = await _relay.AddMerchantAsync("Own");
        _people = [];
        _tokens = [];
        foreach (var role in RolesOfMerchants)
        {
            _people[role] = await _relay.SignInAsync(_own, role);
            _tokens[role] = await _people[role].TokenAsync("/account", CancellationToken.None);
        }

        _key = (await _relay.CreateKeyAsync(_own, [.. Scopes.OfMerchants])).Token;
        _ids = await MakeForeignAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task What_is_another_merchants_answers_as_what_nobody_has(CancellationToken cancellationToken)
    {
        var calls = Calls().ToArray();
        var holes = new List<string>();
        foreach (var (method, route) in calls)
        {
            foreach (var who in RolesOfMerchants.Append("key"))
            {
                var foreign = await AskAsync(method, Fill(route, id => id.Foreign), who, null, cancellationToken);
                var unknown = await AskAsync(method, Fill(route, id => id.Unknown), who, null, cancellationToken);
                if (foreign != unknown)
                    holes.Add($"{method} {route} by {who}: {foreign}\n  and {unknown}");
            }
        }

        Assert.That(holes, Is.Empty);
        Assert.That(calls, Has.Some.EqualTo(("GET", "/v1/kicks/{id}")).And.Some.EqualTo(("POST", "/m/{merchantId:guid}/users/{userId:guid}")));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_kick_for_another_merchants_terminal_is_refused_as_for_one_that_nobody_has(bool whitelisted, CancellationToken cancellationToken)
    {
        var whitelist = _relay.Services.GetRequiredService<MerchantWhitelist>();
        foreach (var terminal in new[] { ForeignTerminal, UnknownTerminal })
        {
            if (whitelisted)
                await whitelist.PutAsync(_own, new WhitelistSetting(terminal), Actor.Cli, cancellationToken);
            else
                await whitelist.RemoveAsync(_own, terminal, Actor.Cli, cancellationToken);
        }

        var foreign = await AskAsync("POST", "/v1/kicks", "key", Kick(ForeignTerminal), cancellationToken);
        var unknown = await AskAsync("POST", "/v1/kicks", "key", Kick(UnknownTerminal), cancellationToken);

        Assert.That(foreign.Status, Is.EqualTo(HttpStatusCode.Forbidden), foreign.Body);
        Assert.That(foreign, Is.EqualTo(unknown));
    }

    private static string Kick(string terminal) =>
        $$"""{"terminalId":"{{terminal}}","managementSystemId":"GrundmasterNL","accessProtocol":"OPI_NL"}""";

    private async Task<Dictionary<string, (string, string)>> MakeForeignAsync()
    {
        var foreign = await _relay.AddMerchantAsync("Foreign");
        var services = _relay.Services;
        var registered = await services.GetRequiredService<TerminalRegistry>().AddAsync(
            new NewTerminal(ForeignTerminal, "GrundmasterNL") { Merchant = foreign }, Actor.Cli, CancellationToken.None);
        Assert.That(registered, Is.EqualTo(TerminalOutcome.Done));
        await services.GetRequiredService<MerchantWhitelist>().PutAsync(foreign, new WhitelistSetting(ForeignTerminal), Actor.Cli, CancellationToken.None);
        await _relay.AddUserAsync(foreign, Roles.Admin);
        var user = (await services.GetRequiredService<UserRegistry>().ListAsync(foreign, "", null, 1, CancellationToken.None))[0];
        var key = await _relay.CreateKeyAsync(foreign, [.. Scopes.OfMerchants]);
        using var content = new StringContent(Kick(ForeignTerminal), Encoding.UTF8, "application/json");
        using var kicked = await _relay.CreateClient(key.Token).PostAsync(new Uri("/v1/kicks", UriKind.Relative), content);
        var kick = (await kicked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        return new(StringComparer.Ordinal)
        {
            ["terminalId"] = (ForeignTerminal, UnknownTerminal),
            ["changeId"] = ((await services.GetRequiredService<MerchantWhitelist>().FindLastChangeAsync(foreign, CancellationToken.None))!.ChangeId.ToString(), Guid.NewGuid().ToString()),
            ["transferId"] = ((await ProposeForeignAsync(foreign)).ToString(), Guid.NewGuid().ToString()),
            ["userId"] = (user.UserId.ToString(), Guid.NewGuid().ToString()),
            ["keyId"] = (key.Key.KeyId, "0123456789abcdef"),
            ["id"] = (kick, Another(kick)),
            ["kickId"] = (kick, Another(kick)),
        };
    }

    private async Task<Guid> ProposeForeignAsync(MerchantId foreign)
    {
        var taker = await _relay.AddMerchantAsync("Taker");
        var (_, proposed) = await _relay.Services.GetRequiredService<TerminalTransfers>().ProposeAsync(ForeignTerminal, taker, Actor.Cli, CancellationToken.None);
        Assert.That(proposed?.FromMerchant, Is.EqualTo(foreign.Value));
        return proposed!.TransferId;
    }

    // One that could be: the last character is another one.
    private static string Another(string kick) => kick[..^1] + (kick[^1] == '0' ? '1' : '0');

    // A merchant's, with an id in its address beside the merchant's own.
    private IEnumerable<(string Method, string Route)> Calls() =>
        from endpoint in _relay.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let required = endpoint.Metadata.GetMetadata<RequireScopeAttribute>()
        where required is not null && !Scopes.IsPlatform(required.Read)
            && endpoint.RoutePattern.Parameters.Any(parameter => parameter.Name != MerchantInRouteAttribute.RouteValue)
        from method in endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null
            ? ["GET", "POST"]
            : endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        where method != "HEAD"
        select (method, "/" + endpoint.RoutePattern.RawText!.TrimStart('/'));

    private string Fill(string route, Func<(string Foreign, string Unknown), string> which) => Parameters().Replace(route, match =>
        match.Groups[1].Value == MerchantInRouteAttribute.RouteValue ? _own.ToString()
        : _ids.TryGetValue(match.Groups[1].Value, out var ids) ? which(ids)
        : throw new InvalidOperationException($"{route}: say in this test what another merchant's {match.Groups[1].Value} is."));

    private async Task<Outcome> AskAsync(string method, string path, string who, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_relay.Address, path));
        request.Headers.Add("Accept", "text/html, */*");
        if (who == "key")
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        }
        else
        {
            request.Headers.Add("Cookie", string.Join("; ", _people[who].Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            request.Headers.Add("RequestVerificationToken", _tokens[who]);
        }

        if (method != "GET")
            request.Content = path.StartsWith("/v1/", StringComparison.Ordinal) ? new StringContent(body ?? "{}", Encoding.UTF8, "application/json") : new FormUrlEncodedContent([]);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var response = await http.SendAsync(request, cancellationToken);
        var answer = Changing().Replace(await response.Content.ReadAsStringAsync(cancellationToken), "");
        foreach (var id in _ids.Values.SelectMany(pair => new[] { pair.Foreign, pair.Unknown }))
            answer = answer.Replace(id, "…", StringComparison.Ordinal);
        return new Outcome(response.StatusCode, answer);
    }

    [GeneratedRegex(@"\{([a-zA-Z]+)[^}]*\}")]
    private static partial Regex Parameters();

    // What differs between any two answers: form tokens, traces, moments.
    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"[^\"]*\"|\"traceId\":\"[^\"]*\"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]*Z?")]
    private static partial Regex Changing();

    private sealed record Outcome(HttpStatusCode Status, string Body);
}
