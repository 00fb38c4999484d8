using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Relaying;

namespace CloudKick.Cli.Terminals;

/// <summary>Terminals and their certificates over the operators' API.</summary>
internal sealed class OperatorTerminals(RelayTarget target) : IDisposable
{
    private readonly RelayClient _relay = new(target);

    /// <summary>The terminal; null when it is not registered.</summary>
    public async Task<TerminalView?> FindAsync(string terminalId, CancellationToken cancellationToken)
    {
        try
        {
            return await _relay.GetAsync<TerminalView>(PathOf(terminalId), cancellationToken);
        }
        catch (CliException missing) when (missing.Code == "terminal-not-found")
        {
            return null;
        }
    }

    /// <summary>Registers a terminal.</summary>
    public Task RegisterAsync(string terminalId, string managementSystemId, Guid merchantId, CancellationToken cancellationToken) =>
        _relay.SendAsync<object>(HttpMethod.Post, "v1/admin/terminals", new { terminalId, managementSystemId, merchantId }, cancellationToken);

    /// <summary>A certificate for the key of a signing request: the one that there is, or a new one.</summary>
    public Task<ProvisionedView> ProvisionAsync(string terminalId, string certificateSigningRequest, CancellationToken cancellationToken) =>
        _relay.SendAsync<ProvisionedView>(HttpMethod.Post, $"{PathOf(terminalId)}/certificates", new { certificateSigningRequest }, cancellationToken);

    public Task<CertificateListView> CertificatesAsync(string terminalId, CancellationToken cancellationToken) =>
        _relay.GetAsync<CertificateListView>($"{PathOf(terminalId)}/certificates", cancellationToken);

    /// <param name="terminalId">Whose.</param>
    /// <param name="certificateId">Which.</param>
    /// <param name="change"><c>activate</c>, <c>deactivate</c> or <c>revoke</c>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<CertificateView> ChangeAsync(string terminalId, string certificateId, string change, CancellationToken cancellationToken) =>
        _relay.SendAsync<CertificateView>(
            HttpMethod.Post, $"{PathOf(terminalId)}/certificates/{Uri.EscapeDataString(certificateId)}/{change}", null, cancellationToken);

    public Task DeleteAsync(string terminalId, string certificateId, CancellationToken cancellationToken) =>
        _relay.SendAsync(HttpMethod.Delete, $"{PathOf(terminalId)}/certificates/{Uri.EscapeDataString(certificateId)}", cancellationToken);

    public void Dispose() => _relay.Dispose();

    private static string PathOf(string terminalId) => $"v1/admin/terminals/{Uri.EscapeDataString(terminalId)}";
}
