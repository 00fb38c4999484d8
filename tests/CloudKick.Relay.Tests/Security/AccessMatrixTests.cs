using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Security;

/// <summary>
/// Every endpoint × everybody who might call it, over HTTP. <see cref="AccessMatrix"/> says who may; an endpoint that it does not name
/// fails the test, and so does a line that no endpoint has.
/// </summary>
[CancelAfter(300_000)]
internal sealed partial class AccessMatrixTests
{
    private static readonly string[] RolesOfMerchants = ["viewer", "operator", "admin"];

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _own;
    private MerchantId _foreign;
    private RouteEndpoint[] _endpoints = null!;
    private Dictionary<string, PageClient> _people = null!;
    private Dictionary<string, string> _keys = null!;
    private Dictionary<string, string> _tokens = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _own = await _relay.AddMerchantAsync("Own");
        _foreign = await _relay.AddMerchantAsync("Foreign");
        _endpoints = [.. _relay.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

        _people = [];
        foreach (var role in Roles.All)
            _people[Short(role)] = await _relay.SignInAsync(Roles.IsPlatform(role) ? null : _own, role);
        _tokens = [];
        foreach (var (name, browser) in _people)
            _tokens[name] = await browser.TokenAsync("/account", CancellationToken.None);
        _keys = new() { ["key:platform:admin"] = (await _relay.CreateKeyAsync(null, Scopes.PlatformAdmin)).Token };
        foreach (var scope in Scopes.OfMerchants)
            _keys["key:" + scope] = (await _relay.CreateKeyAsync(_own, scope)).Token;
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public void Every_endpoint_is_classified_and_every_line_is_an_endpoints()
    {
        var there = _endpoints.SelectMany(Calls).Distinct();

        Assert.That(there, Is.EquivalentTo(AccessMatrix.Lines.Keys));
    }

    [Test]
    public async Task Each_endpoint_lets_through_whom_the_matrix_names_and_nobody_else(CancellationToken cancellationToken)
    {
        var holes = new List<string>();
        foreach (var (call, may) in AccessMatrix.Lines)
        {
            foreach (var who in _people.Keys.Concat(_keys.Keys).Append("nobody"))
            {
                var outcome = await TryAsync(call, who, _own, cancellationToken);
                var expected = may == AccessMatrix.Everybody || may.Split(' ').Contains(who);
                // The way in leads people about, too.
                if ((may == AccessMatrix.Everybody ? outcome.LetThrough || outcome.Status == HttpStatusCode.Redirect : outcome.LetThrough) != expected)
                    holes.Add($"{call} by {who}: {(expected ? "refused" : "let through")} ({outcome})");
            }
        }

        Assert.That(holes, Is.Empty);
    }

    [Test]
    public async Task To_other_merchants_people_a_merchant_does_not_exist(CancellationToken cancellationToken)
    {
        var holes = new List<string>();
        foreach (var call in AccessMatrix.Lines.Keys.Where(call => call.Contains(" /m/", StringComparison.Ordinal)))
        {
            foreach (var role in RolesOfMerchants)
            {
                var foreign = await TryAsync(call, role, _foreign, cancellationToken);
                var unknown = await TryAsync(call, role, new MerchantId(Guid.NewGuid()), cancellationToken);
                if (foreign.Status != HttpStatusCode.NotFound || foreign.Status != unknown.Status || foreign.Body != unknown.Body)
                    holes.Add($"{call} by {role}: {foreign} and {unknown}");
            }
        }

        Assert.That(AccessMatrix.Lines.Keys, Has.Some.Contains(" /m/"));
        Assert.That(holes, Is.Empty);
    }

    private static string Short(string role) => role switch { Roles.PlatformOperator => "platform", Roles.PlatformSupport => "support", _ => role };

    private static IEnumerable<string> Calls(RouteEndpoint endpoint)
    {
        var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
        // A page answers to GET and, unless it has no handler for it, to POST: both are asked.
        var methods = endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null
            ? ["GET", "POST"]
            : endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"];
        return methods.Where(method => method != "HEAD").Select(method => $"{method} {path}");
    }

    // Another type would be refused before anybody is asked who they are.
    private string BodyOf(string call) =>
        _endpoints.First(endpoint => Calls(endpoint).Contains(call)).Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes is { } types && !types.Contains("application/json")
            ? types[0]
            : "application/json";

    private async Task<Outcome> TryAsync(string call, string who, MerchantId merchant, CancellationToken cancellationToken)
    {
        var (method, route) = (new HttpMethod(call.Split(' ')[0]), call.Split(' ')[1]);
        var path = Parameters().Replace(
            route, match => match.Value.Contains("{merchantId", StringComparison.Ordinal) ? merchant.ToString()
                : match.Value.Contains(":guid", StringComparison.Ordinal) ? Guid.Empty.ToString() : "x");
        using var request = new HttpRequestMessage(method, new Uri(_relay.Address, path));
        request.Headers.Add("Accept", "text/html, */*");
        if (_keys.TryGetValue(who, out var key))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (_people.TryGetValue(who, out var browser))
        {
            request.Headers.Add("Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            // Only the API's calls: a page's form without its token is refused after it was let through, and changes nothing.
            if (route.StartsWith("/v1/", StringComparison.Ordinal))
                request.Headers.Add("RequestVerificationToken", _tokens[who]);
        }

        if (method != HttpMethod.Get && route.StartsWith("/v1/", StringComparison.Ordinal))
            request.Content = new StringContent("[]", Encoding.UTF8, BodyOf(call));
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var body = (await response.Content.ReadAsStringAsync(cancellationToken)).Replace(merchant.ToString(), "…", StringComparison.Ordinal);
        return new Outcome(response.StatusCode, response.Headers.Location?.OriginalString, Changing().Replace(body, ""), IsPage: !route.StartsWith("/v1/", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameters();

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"[^\"]*\"")]
    private static partial Regex Changing();

    private sealed record Outcome(HttpStatusCode Status, string? Location, string Body, bool IsPage)
    {
        public bool LetThrough => !(Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            || (IsPage && Status == HttpStatusCode.Redirect && Location!.StartsWith("/sign-in", StringComparison.Ordinal)));

        public override string ToString() => $"{(int)Status} {Location}";
    }
}
