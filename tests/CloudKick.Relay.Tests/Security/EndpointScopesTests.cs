using CloudKick.Relay.Security;
using CloudKick.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Security;

/// <summary>No endpoint may be forgotten.</summary>
[CancelAfter(120_000)]
internal sealed class EndpointScopesTests
{
    [Test]
    public async Task Every_endpoint_declares_who_may_call_it(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        await using var relay = await RelayHost.StartAsync(database, cancellationToken: cancellationToken);

        var endpoints = relay.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToArray();
        var forEverybody = endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(Path);
        var undeclared = endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && Scope(endpoint) is null).Select(Path);
        var admin = endpoints.Where(endpoint => Path(endpoint).StartsWith("/v1/admin/", StringComparison.Ordinal)).Select(Scope);
        var others = endpoints.Where(endpoint => !Path(endpoint).StartsWith("/v1/admin/", StringComparison.Ordinal)).Select(Scope);

        Assert.That(endpoints, Has.Length.GreaterThan(10));
        Assert.That(undeclared, Is.Empty);
        Assert.That(forEverybody, Is.EquivalentTo((string[])["/health/live", "/health/ready"]));
        Assert.That(admin, Is.All.EqualTo(Scopes.PlatformAdmin));
        Assert.That(others, Has.None.EqualTo(Scopes.PlatformAdmin));
    }

    private static string Path(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

    private static string? Scope(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<RequiredScope>()?.Scope;
}
