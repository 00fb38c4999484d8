using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>How to make the first call, with a terminal of the merchant's own in the example.</summary>
[RequireScope(Scopes.KeysRead)]
internal sealed class FirstCallPage(TerminalDirectory terminals, IOptions<PageOptions> options, IOptions<SecurityOptions> security) : MerchantPage
{
    private const int Looked = 50;

    public override string Title => "Keys.FirstCallTitle";

    /// <summary>Where the API is, as this reader's program would reach it.</summary>
    public string Api => options.Value.PublicUrl?.TrimEnd('/') ?? $"{Request.Scheme}://{Request.Host}";

    /// <summary>What a key looks like here.</summary>
    public string KeyForm => $"ck_{security.Value.Environment}_…";

    public string Terminal { get; private set; } = DemoIds.Terminal;

    public string ManagementSystem { get; private set; } = "GrundmasterNL";

    /// <summary>Whether the terminal is the merchant's; else it is an example.</summary>
    public bool IsOwn { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var own = await terminals.ListAsync(Merchant.Id, new TerminalFilter(), null, Looked, cancellationToken);
        // One that a kick would reach now, if there is one.
        if (own.OrderByDescending(row => row.Whitelisted).ThenByDescending(row => row.Connected == true).FirstOrDefault() is not { } terminal)
            return;
        (Terminal, ManagementSystem, IsOwn) = (terminal.TerminalId, terminal.ManagementSystemId, true);
    }
}
