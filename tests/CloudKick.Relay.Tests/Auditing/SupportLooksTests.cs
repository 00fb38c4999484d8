using System.Text.RegularExpressions;
using CloudKick.Relay.Tests.Security;
using CloudKick.Relay.Users;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Auditing;

/// <summary>Everything that support staff may read is read once, on pages and over the API, and is in the chain of whoever was looked at.</summary>
[CancelAfter(300_000)]
internal sealed partial class SupportLooksTests
{
    private const string Platform = "platform support.look";
    private const string Own = "Own support.look";
    private const string Other = "Other support.look";

    private ChangeWorld _world = null!;
    private PageClient _support = null!;

    // By the parameter's name: one of a merchant's, and whose chains the look belongs to.
    private Dictionary<string, (string Value, string[] Rows)> _ids = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _world = await ChangeWorld.CreateAsync();
        _support = await _world.Relay.SignInAsync(null, Roles.PlatformSupport);
        _ids = new(StringComparer.Ordinal)
        {
            ["merchantId"] = (_world.Own.ToString(), [Own]),
            ["terminalId"] = (await _world.TerminalAsync(_world.Own), [Own]),
            ["keyId"] = (await _world.KeyAsync(_world.Own), [Own]),
            ["userId"] = ((await _world.UserAsync(_world.Own)).ToString(), [Own]),
            ["transferId"] = ((await _world.TransferAsync()).TransferId.ToString(), [Other, Own]),
            ["id"] = (await _world.KickAsync(), []),
            ["certificateId"] = (new string('0', 64), []),
        };
    }

    [OneTimeTearDown]
    public async Task Stop() => await _world.DisposeAsync();

    [Test]
    public async Task Each_look_is_in_the_chain_of_whoever_was_looked_at_and_in_no_other(CancellationToken cancellationToken)
    {
        var looks = AccessMatrix.Lines.Where(line => line.Key.StartsWith("GET ", StringComparison.Ordinal) && line.Value.Split(' ').Contains("support"))
            .Select(line => line.Key["GET ".Length..]).ToArray();
        var holes = new List<string>();
        foreach (var route in looks)
        {
            var named = Parameters().Matches(route).Select(match => _ids[match.Groups[1].Value]).FirstOrDefault(id => id.Rows.Length > 0);
            await LookAsync(Parameters().Replace(route, match => _ids[match.Groups[1].Value].Value), named.Rows ?? [Platform], holes, cancellationToken);
        }

        Assert.That(looks, Has.Some.EqualTo("/v1/admin/merchants/{merchantId:guid}/audit").And.Some.EqualTo("/platform/terminals/{terminalId}"));
        Assert.That(string.Join("\n", holes), Is.Empty);
    }

    [Test]
    public async Task A_list_that_is_narrowed_to_a_merchant_is_a_look_at_that_merchant(CancellationToken cancellationToken)
    {
        var holes = new List<string>();
        foreach (var list in new[] { "/v1/admin/terminals?merchantId=", "/v1/admin/transfers?merchantId=", "/platform/terminals?merchant=" })
        {
            await LookAsync(list + _world.Own, [Own], holes, cancellationToken);
            await LookAsync(list, [Platform], holes, cancellationToken);
        }

        Assert.That(string.Join("\n", holes), Is.Empty);
    }

    [Test]
    public async Task A_list_that_is_narrowed_to_a_terminal_is_a_look_at_its_merchant(CancellationToken cancellationToken)
    {
        var terminal = await _world.TerminalAsync(_world.Own);
        var inTransfer = (await _world.TransferAsync()).TerminalId;
        var holes = new List<string>();
        foreach (var list in new[]
        {
            "/v1/admin/terminals?prefix=", "/v1/admin/terminals?search=", "/platform/terminals?search=", "/platform/terminals?status=online&search=%20", "/v1/admin/transfers?terminalId=",
        })
        {
            await LookAsync(list + terminal, [Own], holes, cancellationToken);
            await LookAsync(list + "NOBODY", [Platform], holes, cancellationToken);
        }

        await LookAsync("/v1/admin/terminals?search=" + terminal.ToLowerInvariant(), [Own], holes, cancellationToken);
        await LookAsync("/v1/admin/transfers?terminalId=" + inTransfer, [Other, Own], holes, cancellationToken);
        await LookAsync($"/v1/admin/terminals?merchantId={_world.Other}&prefix={terminal}", [Other], holes, cancellationToken);

        Assert.That(string.Join("\n", holes), Is.Empty);
    }

    [Test]
    public async Task What_is_nobodys_is_a_look_at_the_platform(CancellationToken cancellationToken)
    {
        var unassigned = await _world.TerminalAsync(null);
        var holes = new List<string>();
        foreach (var path in new[]
        {
            $"/v1/admin/terminals/{unassigned}", $"/platform/terminals/{unassigned}", "/v1/admin/terminals/NOBODY", $"/v1/admin/merchants/{Guid.NewGuid()}",
            $"/platform/users/{await _world.UserAsync(null)}", $"/platform/api-keys/{await _world.KeyAsync(null)}", "/v1/admin/api-keys/no%20key", "/v1/admin/terminals/no%20id",
        })
        {
            await LookAsync(path, [Platform], holes, cancellationToken);
        }

        Assert.That(string.Join("\n", holes), Is.Empty);
    }

    [Test]
    public async Task Where_a_merchants_page_is_asked_for_what_is_anothers_only_that_merchant_was_looked_at(CancellationToken cancellationToken)
    {
        var others = await _world.TerminalAsync(_world.Other);
        var holes = new List<string>();

        await LookAsync(_world.At($"terminals/{others}"), [Own], holes, cancellationToken);

        Assert.That(holes, Is.Empty);
    }

    [Test]
    public async Task What_others_read_is_not_written_down(CancellationToken cancellationToken)
    {
        var before = await _world.LengthsAsync();

        await _world.Platform.OpenAsync(_world.At("overview"), cancellationToken);
        await _world.Admin.OpenAsync(_world.At("overview"), cancellationToken);

        Assert.That(await _world.SinceAsync(before), Is.Empty);
    }

    private async Task LookAsync(string path, string[] expected, List<string> holes, CancellationToken cancellationToken)
    {
        var before = await _world.LengthsAsync();
        await _support.OpenAsync(path, cancellationToken, follow: false);
        var rows = await _world.SinceAsync(before);
        if (!rows.Select(row => row.Row).SequenceEqual(expected) || rows.Any(row => !row.Actor.StartsWith("support:", StringComparison.Ordinal)))
            holes.Add($"{path} left {string.Join(", ", rows)} and not {string.Join(", ", expected)}");
    }

    [GeneratedRegex(@"\{([a-zA-Z]+)[^}]*\}")]
    private static partial Regex Parameters();
}
