using CloudKick.Cli.Local;
using CloudKick.Cli.Relaying;

namespace CloudKick.Cli.Terminals;

/// <summary>The terminals of a running <c>local</c>, over its API with its keys.</summary>
internal sealed class LocalTerminals(LocalState local) : IDisposable
{
    private readonly OperatorTerminals _operator = new(RelayTarget.OperatorOf(local));
    private readonly RelayClient _merchant = new(new RelayTarget(new Uri(local.RelayUrl), local.ApiKey));

    /// <summary>The terminal; null when it is not registered.</summary>
    public Task<TerminalView?> FindAsync(string terminalId, CancellationToken cancellationToken) => _operator.FindAsync(terminalId, cancellationToken);

    /// <summary>Registers the terminal for the demo merchant and puts it on the whitelist.</summary>
    public async Task<TerminalView> RegisterAsync(string terminalId, string managementSystemId, CancellationToken cancellationToken)
    {
        await _operator.RegisterAsync(terminalId, managementSystemId, local.MerchantId, cancellationToken);
        await _merchant.SendAsync<object>(HttpMethod.Put, $"v1/whitelist/{Uri.EscapeDataString(terminalId)}", new { }, cancellationToken);
        return await _operator.FindAsync(terminalId, cancellationToken) ?? throw new InvalidOperationException($"{terminalId} was registered and is not there.");
    }

    public void Dispose()
    {
        _operator.Dispose();
        _merchant.Dispose();
    }
}
