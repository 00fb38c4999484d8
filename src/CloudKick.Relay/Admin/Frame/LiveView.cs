using System.Text;
using System.Text.Json;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Streams;
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
/// <c>live.js</c> puts each part in its place. It ends after <see cref="PageOptions.LiveLifetime"/>, when the node stops, and within a
/// heartbeat when its reader is shut out or idle for too long; browsers then ask again, and are asked again who they are. When the parts
/// themselves end, there is nothing more to say: browsers do not come back.
/// </summary>
/// <param name="parts">Yields a part whenever something changed; the token is cancelled when nobody looks any more.</param>
internal sealed class LiveView(Func<CancellationToken, IAsyncEnumerable<LivePart>> parts) : IActionResult
{
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        var services = http.RequestServices;
        var caller = http.Features.Get<Caller>() ?? throw new InvalidOperationException("A live view is behind a page's policy.");
        if (!services.GetRequiredService<StreamSlots>().TryEnter(caller, out var slot, out _))
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }

        using var taken = slot;
        http.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        using var stream = services.GetRequiredService<EventStreams>().OpenLasting(http, services.GetRequiredService<IOptions<PageOptions>>().Value.LiveLifetime);
        try
        {
            await WriteAsync((PageContext)context, stream, services.GetRequiredService<TimeProvider>());
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException && stream.Ended.IsCancellationRequested)
        {
            // Nobody looks any more, or they are to ask again.
        }
        catch (Exception failure) when (DatabaseFailure.IsUnavailable(failure))
        {
            // The answer has begun, so no status can say it. The connection ends, and the browser asks again until it works.
            http.Abort();
        }
    }

    private async Task WriteAsync(PageContext context, EventStream stream, TimeProvider timeProvider)
    {
        await stream.BeginAsync();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stream.Ended);
        await using var coming = parts(leaving.Token).GetAsyncEnumerator(leaving.Token);
        while (true)
        {
            var next = coming.MoveNextAsync().AsTask();
            try
            {
                do
                {
                    // Also between parts that come without a pause: whoever may not look any more sees none of them.
                    if (!await stream.ContinuesAsync())
                        return;
                }
                while (!await IsOverAsync(next, timeProvider, stream.Ended));
            }
            finally
            {
                // What is under way must end before it may be let go of.
                if (!next.IsCompleted)
                {
                    await leaving.CancelAsync();
                    await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }

            if (!await next)
                break;
            var part = coming.Current;
            await stream.SendAsync("part", null, JsonSerializer.Serialize(new { id = part.Id, html = await RenderAsync(context, part), said = part.Said }));
        }

        await stream.SendAsync("end", null, "");
    }

    private static async Task<bool> IsOverAsync(Task next, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(EventStream.Patience, timeProvider, cancellationToken);
            return true;
        }
        catch (TimeoutException) when (!next.IsCompleted)
        {
            return false;
        }
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
