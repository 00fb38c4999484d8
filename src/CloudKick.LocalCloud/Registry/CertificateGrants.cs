using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

/// <summary>What the registry lets a certificate do: its state, its policies' default versions and its things. Immutable.</summary>
/// <param name="Status">Null once the certificate is deleted.</param>
/// <param name="Policies">Default versions of the policies that are attached to it.</param>
/// <param name="Things">Things that it is attached to, by name.</param>
internal sealed record Grants(CertificateStatus? Status, ImmutableArray<PolicyDocument> Policies, ImmutableDictionary<string, ThingFacts> Things)
{
    public static readonly Grants None = new(null, [], ImmutableDictionary<string, ThingFacts>.Empty);

    public bool IsActive => Status == CertificateStatus.Active;
}

/// <summary>
/// A certificate's grants as far as they have come into effect: AWS caches them for minutes, LocalCloud for as long as its
/// options say. A change is in effect at the latest when that time is over, together with all changes that came meanwhile.
/// Thread safe; reading takes no lock while nothing is pending.
/// </summary>
internal sealed class CertificateGrants(TimeProvider timeProvider, TimeSpan delay)
{
    private readonly Lock _gate = new();
    private volatile Grants _inEffect = Grants.None;
    private volatile Pending? _pending;
    private bool _known;

    /// <summary>What is in effect now. The same instance as long as nothing changes.</summary>
    public Grants Current
    {
        get
        {
            if (_pending is not { } pending || timeProvider.GetUtcNow() < pending.Due) return _inEffect;
            lock (_gate)
            {
                if (_pending is { } last)
                {
                    _inEffect = last.Grants;
                    _pending = null;
                }
                return _inEffect;
            }
        }
    }

    /// <summary>Called by the registry, under its lock. What a new certificate may do is in effect at once.</summary>
    public void Change(Grants grants)
    {
        lock (_gate)
        {
            if (delay == TimeSpan.Zero || !_known)
            {
                _known = true;
                _inEffect = grants;
            }
            else
            {
                _pending = new Pending(grants, _pending?.Due ?? timeProvider.GetUtcNow() + delay);
            }
        }
    }

    /// <summary>What was changed so far is in effect now: a template makes its certificate ready to use.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            if (_pending is not { } pending) return;
            _inEffect = pending.Grants;
            _pending = null;
        }
    }

    private sealed record Pending(Grants Grants, DateTimeOffset Due);
}
