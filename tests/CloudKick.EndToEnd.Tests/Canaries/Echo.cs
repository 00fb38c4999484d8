using System.Net;
using System.Text.RegularExpressions;
using CloudKick.Testing;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>
/// What a page may repeat: what somebody typed, or sent as a file, stands in its own field again, for them to correct, and the buttons for
/// the languages lead back to where the reader is. No message, table or other link repeats it. Passwords and codes never come back.
/// </summary>
internal static partial class Echo
{
    private const string Back = "back";

    private static readonly string[] NeverComesBack = ["Password", "Again", "Current", "Code", "passwordToRenew", "passwordToRemove"];

    /// <summary>All that came back, with where it came from, but for these.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="asked">The address that was asked for; nobody is told anything by their own.</param>
    /// <param name="fields">What was filled in.</param>
    public static string Without(PageAnswer answer, string asked, params (string Name, string Value)[] fields)
    {
        var html = Inputs().Replace(answer.Html, input => IsEcho(input, "value") ? "" : input.Value);
        html = TextAreas().Replace(html, area => IsEcho(area, "text") ? "" : area.Value);
        // Strangers are led back to what they asked for, once they are in.
        var path = answer.Path == asked || answer.Path == $"/sign-in?return={Uri.EscapeDataString(asked)}" ? "" : answer.Path;
        return $"{(int)answer.Status} {path} {string.Join(' ', answer.Headers.Select(header => $"{header.Key}: {header.Value}"))} {html}";

        bool IsEcho(Match match, string part)
        {
            var name = Name().Match(match.Value).Groups[1].Value;
            var shown = WebUtility.HtmlDecode(match.Groups[part].Value).Trim();
            return name == Back ? Places(answer.Path).Contains(Uri.UnescapeDataString(shown))
                : !NeverComesBack.Contains(name) && fields.Any(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && field.Value.Trim() == shown);
        }
    }

    // A page that says what is wrong stands in the place of the one that was asked for, with its query.
    private static string[] Places(string path)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        return [Uri.UnescapeDataString(path), "/problem" + (query < 0 ? "" : Uri.UnescapeDataString(path[query..]))];
    }

    [GeneratedRegex("<input[^>]*value=\"(?<value>[^\"]*)\"[^>]*>")]
    private static partial Regex Inputs();

    [GeneratedRegex("<textarea[^>]*>(?<text>[^<]*)</textarea>")]
    private static partial Regex TextAreas();

    [GeneratedRegex("name=\"([^\"]*)\"")]
    private static partial Regex Name();
}
