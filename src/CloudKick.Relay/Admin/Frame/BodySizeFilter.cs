using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// Refuses a form that is larger than its page takes with 413, by the length that it declares, as browsers' do. Otherwise the antiforgery check
/// would be the first to read of it, and take what it cannot read for a page that is too old.
/// </summary>
internal sealed class BodySizeFilter : IAuthorizationFilter, IOrderedFilter
{
    /// <summary>Before the antiforgery check, which is at 1000.</summary>
    public int Order => 900;

    public void OnAuthorization(AuthorizationFilterContext context)
    {
        var http = context.HttpContext;
        // The page that tells what is wrong with a request is not what that was sent to.
        if (http.Features.Get<IStatusCodeReExecuteFeature>() is not null
            || http.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { } size || !(http.Request.ContentLength > size.MaxRequestBodySize))
            return;
        // The server reads what still comes away, for some seconds: a browser that is cut off while it sends shows no answer.
        if (!size.IsReadOnly)
            size.MaxRequestBodySize = null;
        context.Result = new StatusCodeResult(StatusCodes.Status413PayloadTooLarge);
    }
}
