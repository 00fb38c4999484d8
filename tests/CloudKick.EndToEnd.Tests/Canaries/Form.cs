using System.Net;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>A page that takes something, who opens it, and what usually stands in its fields. What it takes, the page's own class says.</summary>
/// <param name="Page">The class's name.</param>
/// <param name="Browser">In which it is opened.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Handlers">What its fields are sent to; <c>""</c>: to what has no name.</param>
/// <param name="Usual">The fields that must be right, for the others to be looked at.</param>
internal sealed partial record Form(string Page, PageClient Browser, string Address, string[] Handlers, params (string Name, string Value)[] Usual)
{
    private const string TokenField = "__RequestVerificationToken";
    private const string Get = "OnGet";
    private const string Post = "OnPost";
    private const string Async = "Async";
    private const string Unknown = "unknown";

    // Text of one's choice belongs there.
    private static readonly string[] Keep = ["Name", "Label", "Reference", "Firmware", "Csv", "Text", "Upload"];

    // Take more than one line; no other input of a browser does.
    private static readonly string[] Areas = ["Csv", "Text", "Upload"];

    private static readonly Dictionary<string, Type> Classes = typeof(AdminPage).Assembly.GetTypes()
        .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(PageModel)) && (Fields(type).Any() || Texts(type, Get).Concat(Texts(type, Post)).Any()))
        .ToDictionary(type => type.Name);

    /// <summary>The names of all pages of the relay that take something.</summary>
    public static IReadOnlyCollection<string> All => Classes.Keys;

    /// <summary>Sends the page once for each of its fields and buttons, with the text in that field; and asks for it with the text in each filter.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isKept">Whether the text may be kept where it is wanted: then it is sent only where it is not.</param>
    /// <param name="answered">Takes what was sent, where to, and what came back.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="InvalidOperationException">The page is not there for this browser.</exception>
    public async Task SendAsync(string text, bool isKept, Action<string, string, PageAnswer> answered, CancellationToken cancellationToken)
    {
        var whole = text;
        text = text.ReplaceLineEndings(" ");
        var opened = await Browser.OpenAsync(Address, cancellationToken);
        if (opened.Path != Address)
            throw new InvalidOperationException($"{Page} leads to {opened}");
        var (page, token) = (Classes[Page], opened.Field(TokenField));
        foreach (var field in Fields(page).Where(field => !isKept || !Keep.Contains(field.Name)))
        {
            foreach (var handler in Handlers)
                await PostAsync(handler, field.Name, Content(field.Name, Areas.Contains(field.Name) ? whole : text, token, isFile: field.PropertyType == typeof(IFormFile)));
            if (field.GetCustomAttribute<BindPropertyAttribute>()!.SupportsGet)
                await AskAsync("", field.Name);
        }
        foreach (var (handler, name) in Texts(page, Get))
            await AskAsync(handler, name);
        foreach (var (handler, name) in Texts(page, Post))
            await PostAsync(handler, name, Content(name, text, token));
        foreach (var handler in Handlers)
        {
            await PostAsync(handler, Unknown, Content(Unknown, text, token));
            await PostAsync(handler, TokenField, Content(Unknown, "x", text), isTaken: false);
        }

        Task AskAsync(string handler, string name)
        {
            var address = $"{Address}?handler={handler}&{name}={Uri.EscapeDataString(text)}";
            return AnsweredAsync($"{Page}?{name}", address, name, isTaken: true, Browser.OpenAsync(address, cancellationToken));
        }

        async Task PostAsync(string handler, string name, MultipartFormDataContent content, bool isTaken = true)
        {
            var address = $"{Address}?handler={handler}";
            using (content)
                await AnsweredAsync($"{Page} {handler} {name}", address, name, isTaken, Browser.SendAsync(HttpMethod.Post, address, content, follow: true, cancellationToken));
        }

        async Task AnsweredAsync(string place, string address, string name, bool isTaken, Task<PageAnswer> sent)
        {
            var answer = await sent;
            if (isTaken)
                ThrowUnlessTaken(answer);
            answered(place, address, isKept ? WithoutOwn(answer, name, text) : answer);
        }
    }

    private static IEnumerable<PropertyInfo> Fields(Type page) => page.GetProperties().Where(property => property.IsDefined(typeof(BindPropertyAttribute)));

    // What a handler takes beside the address's own parts, which are never missing.
    private static IEnumerable<(string Handler, string Name)> Texts(Type page, string verb) =>
        from method in page.GetMethods()
        where method.Name.StartsWith(verb, StringComparison.Ordinal)
        let name = method.Name[verb.Length..]
        from parameter in method.GetParameters()
        where new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.Nullable
        select (name.EndsWith(Async, StringComparison.Ordinal) ? name[..^Async.Length] : name, parameter.Name!);

    private void ThrowUnlessTaken(PageAnswer answer)
    {
        if (answer.Status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or >= HttpStatusCode.InternalServerError)
            throw new InvalidOperationException($"{Page} answers {answer}");
    }

    /// <summary>
    /// The page without the field itself, and its own address where it answers: what looks like nothing comes back there, to be corrected or
    /// gone on with. Nothing else does: no hidden field, and no address of a page that says what is wrong.
    /// </summary>
    private static PageAnswer WithoutOwn(PageAnswer answer, string field, string text)
    {
        var isRefusal = (int)answer.Status >= 400 || answer.Html.Contains("role=\"alert\"", StringComparison.Ordinal);
        return answer with { Html = Inputs().Replace(answer.Html, input => IsOwn(input.Value) ? "" : input.Value) };

        bool IsOwn(string input) => input.Contains("name=\"back\"", StringComparison.Ordinal)
            ? !isRefusal
            : (input.Contains("type=\"text\"", StringComparison.Ordinal) || input.Contains("type=\"search\"", StringComparison.Ordinal))
                && input.Contains($"name=\"{field}\"", StringComparison.OrdinalIgnoreCase) && input.Contains($"value=\"{text}\"", StringComparison.Ordinal);
    }

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Inputs();

    private MultipartFormDataContent Content(string field, string text, string token, bool isFile = false)
    {
        var content = new MultipartFormDataContent { { new StringContent(token), TokenField } };
        foreach (var (name, value) in Usual.Where(usual => usual.Name != field))
            content.Add(new StringContent(value), name);
        if (isFile)
            content.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(FileWith(Usual.Single().Value, text))), field, text.ReplaceLineEndings(" "));
        else
            content.Add(new StringContent(text), field);
        return content;
    }

    /// <summary>The header of a usual file, and a line for each of its columns, with the text in that one.</summary>
    private static string FileWith(string usual, string text)
    {
        var header = usual.Split("\r\n")[0];
        var columns = header.Split(',').Length;
        var lines = Enumerable.Range(0, columns)
            .Select(line => string.Join(',', Enumerable.Range(0, columns).Select(column => column == line ? $"\"{text}\"" : $"X{line}{column}")));
        return string.Join("\r\n", lines.Prepend(header)) + "\r\n";
    }
}
