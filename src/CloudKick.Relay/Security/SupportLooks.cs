using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Users;

namespace CloudKick.Relay.Security;

/// <summary>
/// Writes down what support staff look at, in the chain of the merchant whose data it is, before they see it: who is looked at can read
/// who looked.
/// </summary>
internal sealed class SupportLooks(TenantDatabase database)
{
    private const int MaximumPathLength = 300;

    public Task RecordAsync(HttpContext context, Caller caller, MerchantId? merchant)
    {
        if (caller.Person is not { Role: Roles.PlatformSupport })
            return Task.CompletedTask;
        var path = context.Request.Path.ToString();
        var subject = path.Length <= MaximumPathLength ? path : path[..MaximumPathLength];
        var after = new JsonObject { ["method"] = context.Request.Method, ["query"] = context.Request.QueryString.HasValue ? context.Request.QueryString.Value : null };
        return database.InTransactionAsync(
            Tenant.Platform,
            (transaction, token) => Audit.AppendAsync(
                transaction, merchant, new Actor(caller.Actor, context.Connection.RemoteIpAddress?.ToString()), "support.look", subject, null, after, token),
            context.RequestAborted);
    }
}
