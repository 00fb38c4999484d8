using System.Security.Claims;
using CloudKick.Relay.Database;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Streams;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace CloudKick.Relay.Security;

/// <summary>Judges requests of people who are signed in: of pages, and of the API's calls that pages make.</summary>
internal sealed class SessionAccess(
    UserSessions sessions, SecondFactors secondFactors, MerchantRegistry merchants, SupportLooks looks, IAntiforgery antiforgery)
{
    public const string SignInPath = "/sign-in";
    public const string SecondFactorSetUpPath = "/account/second-factor";

    /// <summary>In the address that a page without scripts refreshes itself with: its reader does not use it by that.</summary>
    public const string UnattendedParameter = "unattended";

    /// <summary>Whether the endpoint is a page, or made for pages: keys are of no use there.</summary>
    public static bool IsForPeople(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null || endpoint.Metadata.GetMetadata<MerchantInRouteAttribute>() is not null;

    /// <summary>Sets the request's <see cref="Caller"/> and <see cref="MerchantAtHand"/>, or says where to go instead.</summary>
    public async ValueTask<IResult?> JudgePageAsync(HttpContext context, RouteEndpoint endpoint, RequireScopeAttribute required)
    {
        if (SessionCookie.Read(context) is not { } token || await FindAsync(context, token) is not { } person)
            return TypedResults.LocalRedirect(SignInPath + ReturnTo(context.Request));

        // Also when the answer is no: the page that says so has the reader's menu.
        var caller = Caller.OfPerson(person);
        context.Features.Set(caller);
        var scope = required.For(context.Request.Method);
        if (scope != Scopes.Account && MustSetUpSecondFactor(person))
            return TypedResults.LocalRedirect(SecondFactorSetUpPath);

        if (endpoint.Metadata.GetMetadata<MerchantInRouteAttribute>() is not null)
        {
            // Foreign and unknown are answered alike, whatever the caller may do elsewhere.
            if (await FindMerchantAsync(context, person) is not { } atHand)
                return TypedResults.NotFound();
            context.Features.Set(atHand);
        }

        if (!caller.May(scope))
            return TypedResults.StatusCode(StatusCodes.Status403Forbidden);
        await looks.RecordAsync(context, caller);
        return null;
    }

    /// <summary>As <see cref="JudgePageAsync"/>, for a call of the API.</summary>
    public async ValueTask<IResult?> JudgeCallAsync(HttpContext context, SecretToken token, RequireScopeAttribute required)
    {
        if (await FindAsync(context, token) is not { } person || MustSetUpSecondFactor(person))
            return Problem.Unauthorized("Nobody is signed in. Sign in, or send an API key as Authorization: Bearer ck_….", "invalid_token");
        var caller = Caller.OfPerson(person);
        if (ApiKeyAccess.Judge(caller, required.For(context.Request.Method)) is { } lacks)
            return lacks;
        // A browser sends the cookie with what any page makes it send; the token only ours can know.
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) && !await antiforgery.IsRequestValidAsync(context))
            return Problem.Unauthorized("A change by session needs the page's token as the header RequestVerificationToken. Programs use an API key.");
        await looks.RecordAsync(context, caller);
        context.Features.Set(caller);
        return null;
    }

    private async Task<SignedIn?> FindAsync(HttpContext context, SecretToken token)
    {
        if (await sessions.FindAsync(token, context.RequestAborted, noteUse: !IsUnattended(context.Request)) is not { IsComplete: true } person)
            return null;
        // Forms' tokens are bound to whoever they were made for.
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, person.SessionId.ToString())], "session"));
        return person;
    }

    // A page that is left open asks for its stream again and again by itself, or, without scripts, for all of it: nobody does.
    private static bool IsUnattended(HttpRequest request) => EventStream.IsAskedFor(request) || request.Query.ContainsKey(UnattendedParameter);

    private bool MustSetUpSecondFactor(SignedIn person) => !person.HasSecondFactor && secondFactors.IsRequiredOf(person.Role);

    private async Task<MerchantAtHand?> FindMerchantAsync(HttpContext context, SignedIn person)
    {
        if (!Guid.TryParse(context.Request.RouteValues[MerchantInRouteAttribute.RouteValue]?.ToString(), out var id))
            return null;
        if (person.Merchant is { } own)
            return own.Value == id ? new MerchantAtHand(own, person.MerchantName ?? "") : null;
        return await merchants.FindAsync(new MerchantId(id), context.RequestAborted) is { } found
            ? new MerchantAtHand(new MerchantId(id), found.Name, IsDisabled: found.DisabledAt is not null)
            : null;
    }

    // Not where the address has something in it that no other address is to repeat.
    private static string ReturnTo(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Path != "/" && !FreeText.IsSensitive(Uri.UnescapeDataString($"{request.Path}{request.QueryString}".Replace('+', ' ')))
            ? QueryString.Create("return", request.Path + request.QueryString).ToString()
            : "";
}

/// <summary>The merchant whose page this is.</summary>
/// <param name="Id">Which.</param>
/// <param name="Name">What people call it.</param>
/// <param name="IsDisabled">Nobody of it comes in, and none of its terminals is kicked: only the platform's people see its pages.</param>
internal sealed record MerchantAtHand(MerchantId Id, string Name, bool IsDisabled = false)
{
    /// <summary>The request's.</summary>
    /// <exception cref="InvalidOperationException">The page does not declare <see cref="MerchantInRouteAttribute"/>.</exception>
    public static MerchantAtHand Of(HttpContext context) => context.Features.Get<MerchantAtHand>()
        ?? throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} has no merchant in its route.");
}
