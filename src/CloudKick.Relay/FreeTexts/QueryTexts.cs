using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Problems;
using Microsoft.Extensions.Primitives;

namespace CloudKick.Relay.FreeTexts;

/// <summary>
/// What is looked for: values in an address's query have no control characters. Nothing that is stored has any, so nothing would be found,
/// and PostgreSQL takes no NUL. The API refuses them; a page, where people paste what they look for, goes without them. Space around a
/// value, line ends and tabs too, is no fault.
/// </summary>
internal static class QueryTexts
{
    public const string Rule = "must not have control characters";

    private const int LongestName = 32;

    /// <summary>After the callers are known: strangers are told nothing of it.</summary>
    public static IApplicationBuilder UseQueryTexts(this IApplicationBuilder app) => app.Use(JudgeAsync);

    private static Task JudgeAsync(HttpContext context, RequestDelegate next)
    {
        string[] unfit = [.. context.Request.Query.Where(pair => pair.Value.Any(HasControls)).Select(pair => pair.Key)];
        if (unfit.Length == 0)
            return next(context);
        if (!PageRequests.Is(context))
            return Problem.Invalid(unfit.Select(name => new FieldError(IsName(name) ? name : "query", Rule))).ExecuteAsync(context);
        context.Request.QueryString = QueryString.Create(
            context.Request.Query.Select(pair => KeyValuePair.Create(pair.Key, new StringValues([.. pair.Value.Select(WithoutControls)]))));
        return next(context);
    }

    private static bool HasControls(string? value)
    {
        foreach (var character in value.AsSpan().Trim())
        {
            if (char.IsControl(character))
                return true;
        }
        return false;
    }

    private static string? WithoutControls(string? value) => value is null ? null : string.Concat(value.Where(character => !char.IsControl(character)));

    // What cannot be a parameter's name is not repeated: it could be anything.
    private static bool IsName(string name) => name.Length <= LongestName && name.All(char.IsAsciiLetter);
}
