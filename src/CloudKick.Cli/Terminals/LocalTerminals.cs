using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.Cli.Relaying;

namespace CloudKick.Cli.Terminals;

/// <summary>The terminals of a running <c>local</c>, over its API with its keys.</summary>
internal sealed class LocalTerminals(LocalState local) : IDisposable
{
    private readonly RelayClient _operator = new(new RelayTarget(new Uri(local.RelayUrl), local.AdminKey));
    private readonly RelayClient _merchant = new(new RelayTarget(new Uri(local.RelayUrl), local.ApiKey));

    /// <summary>The terminal; null when it is not registered.</summary>
    public async Task<TerminalView?> FindAsync(string terminalId, CancellationToken cancellationToken)
    {
        try
        {
            return await _operator.GetAsync<TerminalView>(PathOf(terminalId), cancellationToken);
        }
        catch (CliException missing) when (missing.Code == "terminal-not-found")
        {
            return null;
        }
    }

    /// <summary>Registers the terminal for the demo merchant and puts it on the whitelist.</summary>
    public async Task<TerminalView> RegisterAsync(string terminalId, string managementSystemId, CancellationToken cancellationToken)
    {
        await _operator.SendAsync<object>(
            HttpMethod.Post, "v1/admin/terminals", new { terminalId, managementSystemId, merchantId = local.MerchantId }, cancellationToken);
        await _merchant.SendAsync<object>(HttpMethod.Put, $"v1/whitelist/{Uri.EscapeDataString(terminalId)}", new { }, cancellationToken);
        return await _operator.GetAsync<TerminalView>(PathOf(terminalId), cancellationToken);
    }

    public void Dispose()
    {
        _operator.Dispose();
        _merchant.Dispose();
    }

    private static string PathOf(string terminalId) => $"v1/admin/terminals/{Uri.EscapeDataString(terminalId)}";
}
