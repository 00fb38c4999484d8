using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Auditing;

/// <summary>A call that changes something: how it is prepared, and what it leaves in the audit log.</summary>
/// <param name="Rows">Whose chain and which action, for each row: <c>Own whitelist.add</c>.</param>
/// <param name="Prepare">Makes what the call needs, and gives the call itself, which tells what went wrong, or null.</param>
internal sealed record ExpectedChange(string[] Rows, Func<ChangeWorld, Task<Func<Task<string?>>>> Prepare)
{
    /// <summary>A call of the API.</summary>
    public static ExpectedChange Api(string rows, string method, Func<ChangeWorld, Task<(HttpClient Client, string Path, string? Body)>> prepare) =>
        new(rows.Split(", "), async world =>
        {
            var (client, path, body) = await prepare(world);
            return async () =>
            {
                var answer = await client.AskAsync(HttpMethod.Parse(method), path, body, CancellationToken.None);
                return (int)answer.Status is >= 200 and < 300 ? null : answer.ToString();
            };
        });

    /// <summary>A form that is sent: by whom, from which page, and what is filled in.</summary>
    public static ExpectedChange Form(
        string rows, string handler, Func<ChangeWorld, Task<(PageClient Browser, string Page, (string, string)[] Fields)>> prepare) =>
        new(rows.Split(", "), async world =>
        {
            var (browser, page, fields) = await prepare(world);
            return async () =>
            {
                var answer = await browser.SubmitAsync(page, CancellationToken.None, to: handler.Length == 0 ? page : $"{page}?handler={handler}", fields: fields);
                return (int)answer.Status is >= 200 and < 300 ? null : answer.ToString();
            };
        });
}
