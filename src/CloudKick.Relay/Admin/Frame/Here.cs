using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>The address of the page that is being read, for a button that leads back to it.</summary>
internal static class Here
{
    /// <summary>The address, without what <see cref="FreeText.IsSensitive"/> in it, and without what is told to be wrong: no error answer repeats it.</summary>
    /// <param name="context">The page's.</param>
    /// <param name="faults">What it says is wrong.</param>
    public static string Of(HttpContext context, ModelStateDictionary faults)
    {
        var request = context.Request;
        var isAnswered = context.Response.StatusCode < StatusCodes.Status400BadRequest;
        // Whoever is signed in and gets an answer has found what the path names: an id may only look like a card number.
        if (IsSensitive(request.Path) && !(isAnswered && context.Features.Get<Caller>() is not null))
            return "/";
        // A page that stands in the place of another has no use for that one's query.
        if (!isAnswered && faults.IsValid)
            return request.Path;
        var query = request.Query.SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value)).ToArray();
        var kept = query.Where(pair => !IsSensitive(pair.Key) && !IsSensitive(pair.Value) && faults.GetFieldValidationState(pair.Key) != ModelValidationState.Invalid).ToArray();
        return request.Path + (kept.Length == query.Length ? request.QueryString : QueryString.Create(kept));
    }

    // An address in an address has its spaces escaped.
    private static bool IsSensitive(string? part) => part is not null && (FreeText.IsSensitive(part) || FreeText.IsSensitive(Uri.UnescapeDataString(part)));
}
