using System.Net.Mime;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>A file to keep that is written while it is sent: it may be long, and is never whole in memory. A reader who leaves ends it.</summary>
/// <param name="contentType">What it is.</param>
/// <param name="name">What to call it, in ASCII.</param>
/// <param name="write">Writes it.</param>
internal sealed class StreamedFile(string contentType, string name, Func<Stream, CancellationToken, Task> write) : IActionResult
{
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        http.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        http.Response.ContentType = contentType;
        http.Response.Headers.ContentDisposition = new ContentDisposition { FileName = name }.ToString();
        await write(http.Response.Body, http.RequestAborted);
    }
}
