using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Users;

namespace CloudKick.Relay.Security;

/// <summary>
/// Writes down what support staff look at, before they see it, in the chain of the merchant whose data it is: who is looked at can read
/// who looked. Whose it is, the address says: by a merchant's id (in its path, or as the filter of a list), or by the id of what is a
/// merchant's, also where a list is narrowed to a terminal by its whole id. What names nobody (a list over all merchants, the platform's
/// own) is in the platform's chain.
/// </summary>
internal sealed class SupportLooks(TenantDatabase database)
{
    private const int MaximumPathLength = 300;

    /// <summary>Stands for what was typed and <see cref="FreeText.IsSensitive"/>.</summary>
    private const string Withheld = "withheld";

    // Where the merchant itself is named, an id that is somebody else's is not found, and nothing of that one's is seen. A transfer has two
    // sides: in one order, so that two looks do not wait for each other's chains.
    private const string WhoseSql =
        """
        select m.merchant_id from merchants m where m.merchant_id = @merchant::uuid
        union
        select w.merchant_id
        from (
            select t.merchant_id from terminals t where t.terminal_id = any(@terminals::text[])
            union all
            select k.merchant_id from api_keys k where k.key_id = @key::text
            union all
            select u.merchant_id from users u where u.user_id = @user::uuid
            union all
            select unnest(array[r.from_merchant, r.to_merchant]) from terminal_transfers r where r.transfer_id = @transfer::uuid
            union all
            select unnest(array[r.from_merchant, r.to_merchant]) from terminal_transfers r where r.terminal_id = @transfersOf::text
        ) w
        where w.merchant_id is not null and @merchant::uuid is null
        order by 1
        """;

    // How lists over all merchants name the one that they are narrowed to: the API's, and the pages'.
    private static readonly string[] Filters = [MerchantInRouteAttribute.RouteValue, "merchant"];

    public Task RecordAsync(HttpContext context, Caller caller)
    {
        if (caller.Person is not { Role: Roles.PlatformSupport })
            return Task.CompletedTask;
        var path = string.Join('/', context.Request.Path.ToString().Split('/').Select(part => FreeText.IsSensitive(Uri.UnescapeDataString(part)) ? Withheld : part));
        var subject = path.Length <= MaximumPathLength ? path : path[..MaximumPathLength];
        var after = new JsonObject { ["method"] = context.Request.Method, ["query"] = QueryOf(context.Request) };
        var actor = new Actor(caller.Actor, context.Connection.RemoteIpAddress?.ToString());
        return database.InTransactionAsync(
            Tenant.Platform,
            async (transaction, token) =>
            {
                var whose = await transaction.QueryAsync<Guid>(WhoseSql, Named(context.Request), token);
                foreach (var merchant in whose.Select(id => (MerchantId?)new MerchantId(id)).DefaultIfEmpty())
                    await Audit.AppendAsync(transaction, merchant, actor, "support.look", subject, null, after, token);
            },
            context.RequestAborted);
    }

    // As it came; where something in it belongs in no record, all but that.
    private static string? QueryOf(HttpRequest request)
    {
        if (!request.QueryString.HasValue)
            return null;
        return request.Query.Any(pair => FreeText.IsSensitive(pair.Key) || pair.Value.Any(value => FreeText.IsSensitive(value)))
            ? QueryString.Create(request.Query.SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(Fit(pair.Key), (string?)Fit(value ?? "")))).Value
            : request.QueryString.Value;
    }

    private static string Fit(string text) => FreeText.IsSensitive(text) ? Withheld : text;

    private static object Named(HttpRequest request)
    {
        string? Route(string name) => request.RouteValues[name]?.ToString();
        string Query(string name) => request.Query[name].ToString().Trim();
        // Lists find a terminal by its id, by how ids begin, and in a search also by how they begin in capitals.
        string[] terminals = Route("terminalId") is { } one ? [one] : [Query("terminalId"), Query("prefix"), Query("search"), Query("search").ToUpperInvariant()];
        var merchants = Filters.Select(filter => request.Query[filter].ToString()).Prepend(Route(MerchantInRouteAttribute.RouteValue));
        return new
        {
            merchant = merchants.Select(Id).FirstOrDefault(id => id is not null),
            terminals = terminals.Where(TerminalId.IsWellFormed).ToArray(),
            transfersOf = Query("terminalId"),
            key = Route("keyId") is { } key && ApiKeyToken.IsKeyId(key) ? key : null,
            user = Id(Route("userId")),
            transfer = Id(Route("transferId")),
        };

        static Guid? Id(string? text) => Guid.TryParse(text, out var id) ? id : null;
    }
}
