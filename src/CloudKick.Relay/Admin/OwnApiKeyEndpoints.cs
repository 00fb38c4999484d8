using CloudKick.Relay.Paging;
using CloudKick.Relay.Preconditions;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin;

/// <summary>
/// <c>/v1/api-keys</c>: a merchant's own keys, for its own system and its admins. Nobody gives a key more than they have: neither a scope
/// nor a longer life, and not by replacing a key that has more, for whoever replaces it gets its successor's secret.
/// </summary>
internal static class OwnApiKeyEndpoints
{
    private const string Address = "/v1/api-keys";
    private const string OneRoute = "/{keyId}";

    public static void MapOwnApiKeys(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup(Address).WithTags("API keys").RequireScope(Scopes.KeysRead, Scopes.KeysWrite);
        own.MapPost("/", CreateAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("createOwnApiKey")
            .WithSummary("Make an API key.")
            .WithDescription(
                "It can have scopes that the caller has, and no others (403 `insufficient-scope`); a key that ends makes none that outlives it. The answer's `token` is the "
                + "whole key. It is shown this once: the relay keeps only a hash of it.");
        own.MapGet("/", ListAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("listOwnApiKeys")
            .WithSummary("List your API keys, oldest first, page by page; the revoked ones too.");
        own.MapGet(OneRoute, GetAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.ApiKeyNotFound)
            .IsConditionalRead()
            .WithName("getOwnApiKey")
            .WithSummary("Read one of your API keys.");
        own.MapPost(OneRoute + "/rotate", RotateAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.ApiKeyNotFound, ProblemTypes.ApiKeyReplaced)
            .WithName("rotateOwnApiKey")
            .WithSummary("Replace one of your API keys by one that may do the same: also the one that asks.")
            .WithDescription(
                "Both work during the overlap, then the old one is refused. The answer's `token` is the new key; it is shown this once. A key that may do or lasts more than the "
                + "caller is not the caller's to replace (403 `insufficient-scope`), and one that works no more cannot be replaced: make one. A key is replaced "
                + "once: asked again, as after an answer that got lost, the relay makes no other and names the one that it made (409 `api-key-replaced`, `replacedBy`); "
                + "if nobody has its secret, revoke that one and make a new one.");
        own.MapPost(OneRoute + "/revoke", RevokeAsync)
            .IsRepeatable()
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.ApiKeyNotFound)
            .WithName("revokeOwnApiKey")
            .WithSummary("Revoke one of your API keys, whatever it may do: also the one that asks.")
            .WithDescription("It stops working within 5 seconds on every node, and cannot be brought back. Revoking it twice is no fault.");
    }

    private static async Task<Results<Created<CreatedApiKeyResponse>, ProblemResult>> CreateAsync(
        ApiKeyRequest request, Caller caller, Actor actor, ApiKeys keys, IOptions<SecurityOptions> options, TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var scopes = request.Scopes ?? [];
        // What is no scope of a merchant's key at all, or no moment, is a fault of the request, and told as such.
        var end = ApiKeyEndpoints.TryReadEnd(request, out var expiresAt) ? expiresAt : caller.ExpiresAt;
        return Exceeds(caller, scopes.Where(Scopes.OfMerchants.Contains), end) is { } refusal
            ? refusal
            : await ApiKeyEndpoints.CreateAsync(
                Address, caller.RequiredMerchant, request, scopes, actor, keys, options.Value, timeProvider, cancellationToken);
    }

    private static Task<Results<Ok<Page<ApiKeyResponse>>, ProblemResult>> ListAsync(
        [AsParameters] PageQuery page, Caller caller, ApiKeys keys, CancellationToken cancellationToken) =>
        ApiKeyEndpoints.ListAsync(caller.RequiredMerchant, page, keys, cancellationToken);

    private static async Task<Results<Ok<ApiKeyResponse>, ProblemResult>> GetAsync(
        string keyId, Caller caller, ApiKeys keys, CancellationToken cancellationToken)
    {
        if (!ApiKeyToken.IsKeyId(keyId))
            return ApiKeyEndpoints.NoKeyId();
        return await keys.FindAsync(caller.RequiredMerchant, keyId, cancellationToken) is { } found
            ? TypedResults.Ok(ApiKeyResponse.From(found))
            : ApiKeyEndpoints.NotFound();
    }

    private static async Task<Results<Created<CreatedApiKeyResponse>, ProblemResult>> RotateAsync(
        string keyId, ApiKeyRotation body, Caller caller, Actor actor, ApiKeys keys, CancellationToken cancellationToken)
    {
        if (ApiKeyEndpoints.FaultOf(keyId, body, out var overlap) is { } fault)
            return fault;
        if (await keys.FindAsync(caller.RequiredMerchant, keyId, cancellationToken) is not { } old)
            return ApiKeyEndpoints.NotFound();
        if (Exceeds(caller, old.Scopes, old.ExpiresAt) is { } refusal)
            return refusal;
        return ApiKeyEndpoints.Rotated(Address, await keys.RotateAsync(caller.RequiredMerchant, keyId, overlap, actor, cancellationToken));
    }

    private static async Task<Results<Ok<ApiKeyResponse>, ProblemResult>> RevokeAsync(
        string keyId, Caller caller, Actor actor, ApiKeys keys, CancellationToken cancellationToken)
    {
        if (!ApiKeyToken.IsKeyId(keyId))
            return ApiKeyEndpoints.NoKeyId();
        return await keys.RevokeAsync(caller.RequiredMerchant, keyId, actor, cancellationToken) is { } revoked
            ? TypedResults.Ok(ApiKeyResponse.From(revoked))
            : ApiKeyEndpoints.NotFound();
    }

    // Of what a key may do and how long, what is more than the caller has.
    private static ProblemResult? Exceeds(Caller caller, IEnumerable<string> scopes, DateTimeOffset? expiresAt)
    {
        var who = caller.Person is null ? "key" : "role";
        if (scopes.FirstOrDefault(scope => !caller.May(scope)) is { } missing)
            return Problem.InsufficientScope($"The key would have the scope {missing}, which your {who} does not have: nobody gives more than they have.", missing);
        return caller.ExpiresAt is { } end && (expiresAt is null || expiresAt > end)
            ? Problem.Invalid("expiresAt", $"must not be later than {end.UtcDateTime:O}, when the key that asks ends: nobody gives more than they have")
            : null;
    }
}
