using System.Diagnostics;
using CloudKick.Relay.Admin.Frame;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Says what is wrong, instead of the page that was asked for.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken]
internal sealed class ProblemPage(Texts texts) : PageModel
{
    /// <summary>Which text: what the reader can do about it, rather than a status.</summary>
    public string Kind { get; private set; } = "";

    /// <summary>For support, where the relay is to blame.</summary>
    public string? TraceId { get; private set; }

    public void OnGet() => Tell();

    public void OnPost() => Tell();

    private void Tell()
    {
        // Asked for by its own address it is a page that nobody needs.
        if (Response.StatusCode == StatusCodes.Status200OK)
            Response.StatusCode = StatusCodes.Status404NotFound;
        Kind = Response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => "Stale",
            StatusCodes.Status403Forbidden => "Forbidden",
            StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => "NotFound",
            StatusCodes.Status413PayloadTooLarge => "TooLarge",
            StatusCodes.Status429TooManyRequests => "TooMany",
            StatusCodes.Status503ServiceUnavailable => "Unavailable",
            _ => "Failed",
        };
        if (Response.StatusCode >= StatusCodes.Status500InternalServerError)
            TraceId = Activity.Current?.TraceId.ToHexString();
        ViewData["Title"] = texts[$"Shared.{Kind}Title"];
    }
}
