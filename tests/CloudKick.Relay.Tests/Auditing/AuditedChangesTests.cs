using CloudKick.Relay.Tests.Security;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;

namespace CloudKick.Relay.Tests.Auditing;

/// <summary>
/// Everything that changes something, over the API and on pages, is done once, and leaves its rows in the chains of whom it concerns. What
/// there is, <see cref="AccessMatrix"/> says, and the pages' own handlers: what neither does anything here nor is excepted fails.
/// </summary>
[CancelAfter(300_000)]
internal sealed class AuditedChangesTests
{
    private ChangeWorld _world = null!;
    private IReadOnlyDictionary<string, ExpectedChange> _changes = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _world = await ChangeWorld.CreateAsync();
        _changes = AuditedCalls.Lines.Concat(AuditedForms.Lines).ToDictionary();
    }

    [OneTimeTearDown]
    public async Task Stop() => await _world.DisposeAsync();

    [Test]
    public async Task Everything_that_changes_something_is_done_here_or_excepted_with_a_reason()
    {
        var handlers = await HandlersAsync();
        var there = AccessMatrix.Lines.Keys
            .Where(call => !call.StartsWith("GET ", StringComparison.Ordinal))
            // A page without a handler for it answers a POST as it answers a GET.
            .SelectMany(call => handlers.TryGetValue(call["POST ".Length..], out var named) && call.StartsWith("POST ", StringComparison.Ordinal) ? named.Select(name => call + name) : [call]);

        Assert.That(_changes.Keys.Concat(NotAudited.Reasons.Keys), Is.EquivalentTo(there));
        Assert.That(NotAudited.Reasons.Values, Is.All.Not.Empty);
    }

    [Test]
    public async Task Every_change_is_in_the_chains_of_whom_it_concerns_and_nowhere_else()
    {
        var holes = new List<string>();
        foreach (var (call, change) in _changes)
        {
            var send = await change.Prepare(_world);
            var before = await _world.LengthsAsync();

            var fault = await send();

            var rows = await _world.SinceAsync(before);
            if (fault is not null)
                holes.Add($"{call} was refused: {fault}");
            else if (!rows.Select(row => row.Row).Order(StringComparer.Ordinal).SequenceEqual(change.Rows))
                holes.Add($"{call} left {string.Join(", ", rows.Select(row => row.Row))}, and not {string.Join(", ", change.Rows)}");
            else if (rows.Any(row => row.Actor == "cli"))
                holes.Add($"{call} does not say who did it: {string.Join(", ", rows)}");
        }

        Assert.That(string.Join("\n", holes), Is.Empty);
    }

    [Test]
    public async Task A_link_for_a_forgotten_password_is_in_its_owners_chain(CancellationToken cancellationToken)
    {
        var (_, email, _) = await _world.PersonAsync(secondFactor: false);
        var before = await _world.LengthsAsync();

        var link = await _world.Get<Accounts>().ForgotPasswordAsync(email, new Visitor("192.0.2.7", "a browser"), cancellationToken);

        Assert.That(link, Is.Not.Null);
        Assert.That(await _world.SinceAsync(before), Is.EqualTo((IEnumerable<(string, string)>)[("Own user.forgot-password", $"user:{link!.User.UserId}")]));
    }

    // By a page's route: how its handlers for POST are called, as a query.
    private async Task<IReadOnlyDictionary<string, string[]>> HandlersAsync()
    {
        var found = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var endpoint in _world.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not { } page)
                continue;
            var compiled = await _world.Get<PageLoader>().LoadAsync(page, endpoint.Metadata);
            found["/" + endpoint.RoutePattern.RawText!.TrimStart('/')] =
                [.. compiled.HandlerMethods.Where(handler => string.Equals(handler.HttpMethod, "POST", StringComparison.OrdinalIgnoreCase)).Select(handler => handler.Name is null ? "" : $"?handler={handler.Name}")];
        }

        return found;
    }
}
