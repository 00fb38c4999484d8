using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using FluentValidation.Results;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>A page for somebody who is signed in. Its model says who may see it and who may change it: <see cref="RequireScopeAttribute"/>.</summary>
internal abstract class AdminPage : PageModel
{
    /// <summary>Who is looking.</summary>
    public Caller Caller => HttpContext.Features.Get<Caller>() ?? throw new InvalidOperationException($"{GetType().Name} requires no scope.");

    /// <summary>Who is signed in.</summary>
    public SignedIn Person => Caller.Person!;

    /// <summary>Them, for the audit log.</summary>
    public Actor Actor => new(Caller.Actor, HttpContext.Connection.RemoteIpAddress?.ToString());

    /// <summary>The texts in the reader's language.</summary>
    public Texts T => HttpContext.RequestServices.GetRequiredService<Texts>();

    /// <summary>What the heading and the browser's tab say: a text's key.</summary>
    public abstract string Title { get; }

    /// <summary>Whether they may do something that a scope names: for showing a button, not for guarding what is behind it.</summary>
    public bool May(string scope) => Caller.May(scope);

    /// <summary>Back to a page after a change, which then says what was done.</summary>
    /// <param name="url">The page, with its query.</param>
    /// <param name="said">A text's key; see <see cref="SaidFilter"/>.</param>
    protected static IActionResult Done(string url, string said) =>
        new LocalRedirectResult($"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{SaidFilter.Parameter}={Uri.EscapeDataString(said)}");

    /// <summary>What a form sends along to say what its reader saw: the tag of it, or none, once it is not so any more. What was sent does not come back.</summary>
    protected static string Still(string? seen, string tag) => seen is null || seen == tag ? tag : "…";

    /// <summary>Says that a field is wrong; the form shows it beside the field, and at its top.</summary>
    protected void Blame(string field, string text) => ModelState.AddModelError(field, text);

    /// <summary>What a validator found, at the fields of the same names.</summary>
    protected void Blame(ValidationResult faults)
    {
        foreach (var fault in faults.Errors)
            Blame(fault.PropertyName, fault.ErrorMessage);
    }
}

/// <summary>A merchant's page, <c>/m/{merchantId}/…</c>: for that merchant's people, and for the platform's.</summary>
[MerchantInRoute]
internal abstract class MerchantPage : AdminPage
{
    /// <summary>The merchant whose page it is: queries run on its behalf, whoever looks.</summary>
    public MerchantAtHand Merchant => MerchantAtHand.Of(HttpContext);

    /// <summary>The address of a page of this merchant's: <c>At("whitelist")</c>.</summary>
    public string At(string path) => $"/m/{Merchant.Id}/{path}";
}
