using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Preconditions;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using CloudKick.Relay.Times;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin;

/// <summary>API keys: <c>/v1/admin/merchants/{merchantId}/api-keys</c>, and <c>/v1/admin/api-keys</c> for the operators' own.</summary>
internal static class ApiKeyEndpoints
{
    private const string OfMerchant = "/merchants/{merchantId:guid}/api-keys";
    private const string OfPlatform = "/api-keys";
    private const string Address = "/v1/admin/api-keys";

    public static void MapApiKeys(this IEndpointRouteBuilder admin)
    {
        var keys = admin.MapGroup("").WithTags("Admin: API keys");
        keys.MapPost(OfMerchant, CreateForMerchantAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.MerchantNotFound)
            .WithName("createApiKey")
            .WithSummary("Make an API key for a merchant.")
            .WithDescription("The answer's `token` is the whole key. It is shown this once: the relay keeps only a hash of it.");
        keys.MapGet(OfMerchant, ListOfMerchantAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.MerchantNotFound)
            .WithName("listApiKeys")
            .WithSummary("List a merchant's API keys, oldest first, page by page.");
        keys.MapPost(OfPlatform, CreateForPlatformAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("createPlatformApiKey")
            .WithSummary("Make an API key for a platform operator.")
            .WithDescription("Its one scope is `platform:admin`. The answer's `token` is shown this once.");
        keys.MapGet(OfPlatform, ListOfPlatformAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("listPlatformApiKeys")
            .WithSummary("List the platform operators' API keys, oldest first, page by page.");
        keys.MapGet(OfPlatform + "/{keyId}", GetAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.ApiKeyNotFound)
            .IsConditionalRead()
            .WithName("getApiKey")
            .WithSummary("Read any API key.");
        keys.MapPost(OfPlatform + "/{keyId}/rotate", RotateAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.ApiKeyNotFound, ProblemTypes.ApiKeyReplaced)
            .WithName("rotateApiKey")
            .WithSummary("Replace any API key by one that may do the same.")
            .WithDescription(
                "Both work during the overlap, then the old one is refused. The answer's `token` is the new key; it is shown this once. A key that "
                + "works no more cannot be replaced: make one. A key is replaced once: asked again, as after an answer that got lost, the relay makes no "
                + "other (409 `api-key-replaced`).");
        keys.MapPost(OfPlatform + "/{keyId}/revoke", RevokeAsync)
            .IsRepeatable()
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.ApiKeyNotFound)
            .WithName("revokeApiKey")
            .WithSummary("Revoke any API key.")
            .WithDescription("It stops working within 5 seconds on every node, and cannot be brought back. Revoking it twice is no fault.");
    }

    private static Task<Results<Created<CreatedApiKeyResponse>, ProblemResult>> CreateForMerchantAsync(
        Guid merchantId, ApiKeyRequest request, Actor actor, ApiKeys keys, IOptions<SecurityOptions> options, TimeProvider timeProvider,
        CancellationToken cancellationToken) =>
        CreateAsync(Address, new MerchantId(merchantId), request, request.Scopes ?? [], actor, keys, options.Value, timeProvider, cancellationToken);

    private static Task<Results<Created<CreatedApiKeyResponse>, ProblemResult>> CreateForPlatformAsync(
        ApiKeyRequest request, Actor actor, ApiKeys keys, IOptions<SecurityOptions> options, TimeProvider timeProvider,
        CancellationToken cancellationToken) =>
        CreateAsync(Address, null, request, request.Scopes ?? [Scopes.PlatformAdmin], actor, keys, options.Value, timeProvider, cancellationToken);

    /// <param name="address">Where the new key is read.</param>
    /// <param name="merchant">Whose it will be; null: the platform operators'.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="scopes">What it may do.</param>
    /// <param name="actor">Who makes it.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="options">Name the environment.</param>
    /// <param name="timeProvider">Tells what lies ahead.</param>
    /// <param name="cancellationToken">Cancels; nothing is then made.</param>
    internal static async Task<Results<Created<CreatedApiKeyResponse>, ProblemResult>> CreateAsync(
        string address, MerchantId? merchant, ApiKeyRequest request, IReadOnlyList<string> scopes, Actor actor, ApiKeys keys, SecurityOptions options,
        TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var isMoment = TryReadEnd(request, out var expiresAt);
        var wanted = new NewApiKey(merchant, options.Environment, request.Label ?? "", scopes, expiresAt);
        var validation = NewApiKeyValidator.Instance.Validate(wanted);
        if (!isMoment)
            validation.Errors.Add(new ValidationFailure(nameof(wanted.ExpiresAt), Rfc3339.Rule));
        else if (expiresAt <= timeProvider.GetUtcNow())
            validation.Errors.Add(new ValidationFailure(nameof(wanted.ExpiresAt), "must be in the future"));
        if (!validation.IsValid)
            return Problem.Invalid(validation);

        if (await keys.CreateAsync(wanted, actor, cancellationToken) is not { } created)
            return MerchantEndpoints.NotFound(merchant!.Value.Value);
        return Made(address, created);
    }

    private static async Task<Results<Ok<Page<ApiKeyResponse>>, ProblemResult>> ListOfMerchantAsync(
        Guid merchantId, [AsParameters] PageQuery page, MerchantRegistry merchants, ApiKeys keys, CancellationToken cancellationToken) =>
        await merchants.FindAsync(new MerchantId(merchantId), cancellationToken) is null
            ? MerchantEndpoints.NotFound(merchantId)
            : await ListAsync(new MerchantId(merchantId), page, keys, cancellationToken);

    private static Task<Results<Ok<Page<ApiKeyResponse>>, ProblemResult>> ListOfPlatformAsync(
        [AsParameters] PageQuery page, ApiKeys keys, CancellationToken cancellationToken) => ListAsync(null, page, keys, cancellationToken);

    internal static async Task<Results<Ok<Page<ApiKeyResponse>>, ProblemResult>> ListAsync(
        MerchantId? merchant, PageQuery page, ApiKeys keys, CancellationToken cancellationToken)
    {
        var validation = PageQueryValidator.Instance.Validate(page);
        if (!validation.IsValid)
            return Problem.Invalid(validation);
        var rows = await keys.ListAsync(merchant, page.After, page.Size + 1, cancellationToken);
        return TypedResults.Ok(Page<ApiKeyResponse>.From(rows, page.Size, ApiKeyResponse.From, row => row.KeyId));
    }

    private static async Task<Results<Ok<ApiKeyResponse>, ProblemResult>> GetAsync(string keyId, ApiKeys keys, CancellationToken cancellationToken)
    {
        if (!ApiKeyToken.IsKeyId(keyId))
            return NoKeyId();
        return await keys.FindAsync(keyId, cancellationToken) is { } found ? TypedResults.Ok(ApiKeyResponse.From(found)) : NotFound();
    }

    private static async Task<Results<Created<CreatedApiKeyResponse>, ProblemResult>> RotateAsync(
        string keyId, ApiKeyRotation body, Actor actor, ApiKeys keys, CancellationToken cancellationToken)
    {
        if (FaultOf(keyId, body, out var overlap) is { } fault)
            return fault;
        if (await keys.FindAsync(keyId, cancellationToken) is not { } old)
            return NotFound();
        var owner = old.MerchantId is { } merchant ? new MerchantId(merchant) : (MerchantId?)null;
        return Rotated(Address, await keys.RotateAsync(owner, keyId, overlap, actor, cancellationToken));
    }

    private static async Task<Results<Ok<ApiKeyResponse>, ProblemResult>> RevokeAsync(
        string keyId, Actor actor, ApiKeys keys, CancellationToken cancellationToken)
    {
        if (!ApiKeyToken.IsKeyId(keyId))
            return NoKeyId();
        return await keys.RevokeAsync(keyId, actor, cancellationToken) is { } revoked ? TypedResults.Ok(ApiKeyResponse.From(revoked)) : NotFound();
    }

    /// <summary>When a key is to end; null: never. False when what stands there is no moment.</summary>
    internal static bool TryReadEnd(ApiKeyRequest request, out DateTimeOffset? expiresAt)
    {
        expiresAt = Rfc3339.TryParse(request.ExpiresAt, out var moment) ? moment : null;
        return expiresAt is not null || request.ExpiresAt is null;
    }

    /// <summary>What is wrong with a request to replace a key; null: nothing, and both work for the overlap.</summary>
    internal static ProblemResult? FaultOf(string keyId, ApiKeyRotation rotation, out TimeSpan overlap)
    {
        overlap = TimeSpan.FromSeconds(rotation.OverlapSeconds ?? 0);
        if (!ApiKeyToken.IsKeyId(keyId))
            return NoKeyId();
        return rotation.OverlapSeconds is >= 0 and <= ApiKeyRotation.MaximumOverlapSeconds
            ? null
            : Problem.Invalid("overlapSeconds", $"must be from 0 to {ApiKeyRotation.MaximumOverlapSeconds}");
    }

    private static Created<CreatedApiKeyResponse> Made(string address, CreatedApiKey created) =>
        TypedResults.Created($"{address}/{created.Key.KeyId}", new CreatedApiKeyResponse(ApiKeyResponse.From(created.Key), created.Token));

    internal static Results<Created<CreatedApiKeyResponse>, ProblemResult> Rotated(string address, KeyRotation rotation) => rotation switch
    {
        { Successor: { } successor } => Made(address, successor),
        { ReplacedBy: { } earlier } => Problem.ApiKeyReplaced(earlier),
        _ => Problem.ApiKeyNotFound("This key works no more. Make another one."),
    };

    internal static ProblemResult NoKeyId() => Problem.Invalid("keyId", "is no key's id: 16 characters a-z and 0-9, the third part of the key");

    internal static ProblemResult NotFound() => Problem.ApiKeyNotFound("There is no key of this id.");
}
