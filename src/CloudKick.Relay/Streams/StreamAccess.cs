using CloudKick.Relay.Security;
using CloudKick.Relay.Users;

namespace CloudKick.Relay.Streams;

/// <summary>
/// Whether whoever opened a stream may still read it: a key may be revoked, a session end, its person be shut out or given another role
/// while it lasts. Whoever has another role asks again, and is judged anew. Thread-safe.
/// </summary>
internal sealed class StreamAccess(ApiKeyDirectory keys, UserSessions sessions, TimeProvider timeProvider)
{
    public async ValueTask<bool> IsStillAllowedAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Features.Get<Caller>() is { Person: { } person } && SessionCookie.Read(context) is { } token)
            return await sessions.FindAsync(token, cancellationToken, noteUse: false) is { IsComplete: true } now && now.Role == person.Role;
        return BearerHeader.Read(context.Request.Headers.Authorization) is { } key
            && await keys.FindAsync(key.KeyId, cancellationToken) is { } known && known.Accepts(key, timeProvider.GetUtcNow());
    }
}
