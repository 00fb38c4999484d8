using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudKick.Relay.Security;
using CloudKick.Relay.Streams;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewEngines;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// Keeps a page up to date while somebody looks at it, by server-sent events: a page's handler <c>OnGetLive</c> returns one, and
/// <c>live.js</c> puts each part in its place. It ends after <see cref="PageOptions.LiveLifetime"/> and when the node stops; browsers then
/// ask again, and are asked again who they are. When the parts themselves end, there is nothing more to say: browsers do not come back.
/// </summary>
/// <param name="parts">Yields a part whenever something changed; the token is cancelled when nobody looks any more.</param>
internal sealed class LiveView(Func<CancellationToken, IAsyncEnumerable<LivePart>> parts) : IActionResult
{
    // Shorter than what proxies usually wait for.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly byte[] Beat = ": \n\n"u8.ToArray();
    private static readonly byte[] End = "event: end\ndata:\n\n"u8.ToArray();

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        var services = http.RequestServices;
        var timeProvider = services.GetRequiredService<TimeProvider>();
        var caller = http.Features.Get<Caller>() ?? throw new InvalidOperationException("A live view is behind a page's policy.");
        if (!services.GetRequiredService<StreamSlots>().TryEnter(caller, out var slot, out _))
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }

        using var taken = slot;
        http.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers["X-Accel-Buffering"] = "no";

        using var lifetime = new CancellationTokenSource(services.GetRequiredService<IOptions<PageOptions>>().Value.LiveLifetime, timeProvider);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(
            lifetime.Token, http.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        try
        {
            await WriteAsync((PageContext)context, timeProvider, ends);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException && ends.IsCancellationRequested)
        {
            // Nobody looks any more, or they are to ask again.
        }
    }

    private async Task WriteAsync(PageContext context, TimeProvider timeProvider, CancellationTokenSource ends)
    {
        var response = context.HttpContext.Response;
        await WriteAsync(response, Beat, ends.Token);
        await using var coming = parts(ends.Token).GetAsyncEnumerator(ends.Token);
        while (true)
        {
            var next = coming.MoveNextAsync().AsTask();
            try
            {
                while (!await IsOverAsync(next, timeProvider, ends.Token))
                    await WriteAsync(response, Beat, ends.Token);
            }
            finally
            {
                // What is under way must end before it may be let go of.
                if (!next.IsCompleted)
                {
                    await ends.CancelAsync();
                    await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }

            if (!await next)
                break;
            await WriteAsync(response, Event(coming.Current.Id, await RenderAsync(context, coming.Current)), ends.Token);
        }

        await WriteAsync(response, End, ends.Token);
    }

    private static async Task<bool> IsOverAsync(Task next, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(Heartbeat, timeProvider, cancellationToken);
            return true;
        }
        catch (TimeoutException) when (!next.IsCompleted)
        {
            return false;
        }
    }

    private static async Task WriteAsync(HttpResponse response, byte[] bytes, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(bytes, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    private static byte[] Event(string id, string html)
    {
        var data = new ArrayBufferWriter<byte>();
        data.Write("event: part\ndata: "u8);
        using (var json = new Utf8JsonWriter(data)) // writes no line ends: one line of data
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("html", html);
            json.WriteEndObject();
        }

        data.Write("\n\n"u8);
        return data.WrittenSpan.ToArray();
    }

    private static async Task<string> RenderAsync(PageContext context, LivePart part)
    {
        var services = context.HttpContext.RequestServices;
        var found = services.GetRequiredService<ICompositeViewEngine>().FindView(context, part.Partial, isMainPage: false);
        var view = found.View ?? throw new InvalidOperationException($"There is no partial {part.Partial}: {string.Join(", ", found.SearchedLocations)}");
        var html = new StringBuilder();
        await using var writer = new StringWriter(html);
        var data = new ViewDataDictionary(services.GetRequiredService<IModelMetadataProvider>(), new ModelStateDictionary()) { Model = part.Model };
        var tempData = services.GetRequiredService<ITempDataDictionaryFactory>().GetTempData(context.HttpContext);
        await view.RenderAsync(new ViewContext(context, view, data, tempData, writer, new HtmlHelperOptions()));
        return html.ToString();
    }
}
