using CloudKick.Testing.Mosquitto;

namespace CloudKick.Benchmarks.Stage;

/// <summary>Mosquitto with no limit of its own on what is under way, and silent.</summary>
internal static class UnlimitedBroker
{
    public static Task<MosquittoBroker> StartAsync(CancellationToken cancellationToken) => MosquittoBroker.StartAsync(
        """
        log_type none
        max_inflight_messages 0
        max_queued_messages 0
        set_tcp_nodelay true
        """,
        cancellationToken);
}
