using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CloudKick.Tas;

/// <summary>Where terminals' sessions are taken.</summary>
public sealed class TasListener
{
    private ListenOptions? _endpoint;

    internal TasListener()
    {
    }

    /// <summary>The TCP port; with port 0 in the options the one that was chosen, from when the server has started.</summary>
    public int Port => _endpoint?.IPEndPoint?.Port ?? 0;

    internal void Listens(ListenOptions endpoint) => _endpoint = endpoint;
}
