using CloudKick.Relay.Security;
using CloudKick.Relay.Users;

namespace CloudKick.Relay.Streams;

/// <summary>Whether whoever opened a stream may still read it: a key may be revoked and a session end while it lasts. Thread-safe.</summary>
internal sealed class StreamAccess(ApiKeyDirectory keys, UserSessions sessions, TimeProvider timeProvider)
{
    public async ValueTask<bool> IsStillAllowedAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Features.Get<Caller>() is { Person: not null } && SessionCookie.Read(context) is { } token)
            return await sessions.FindAsync(token, cancellationToken, noteUse: false) is { IsComplete: true };
        return BearerHeader.Read(context.Request.Headers.Authorization) is { } key
            && await keys.FindAsync(key.KeyId, cancellationToken) is { } known && known.Accepts(key, timeProvider.GetUtcNow());
    }
}
