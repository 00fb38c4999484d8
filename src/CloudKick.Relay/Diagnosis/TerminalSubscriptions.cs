using CloudKick.Relay.Cloud;

namespace CloudKick.Relay.Diagnosis;

internal sealed class TerminalSubscriptions(AwsClients clients)
{
    public Task<SubscriptionEvidence> OfAsync(string clientId, CancellationToken cancellationToken) =>
        Task.FromResult(clients.IsConfigured ? SubscriptionEvidence.NotAnswered : SubscriptionEvidence.NotAsked);
}
