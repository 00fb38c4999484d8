using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// Text that programs and a command line get as well, in which commands stand between backticks: <c>&lt;prose text="…" /&gt;</c>. Here they
/// are <c>code</c>.
/// </summary>
[HtmlTargetElement("prose", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class ProseTagHelper : TagHelper
{
    private const char Mark = '`';

    /// <summary>The text; null: nothing.</summary>
    public string? Text { get; set; }

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        // Its content alone.
        output.TagName = null;
        var isCommand = false;
        foreach (var part in (Text ?? "").Split(Mark))
        {
            if (isCommand)
            {
                var code = new TagBuilder("code");
                code.InnerHtml.Append(part);
                output.Content.AppendHtml(code);
            }
            else
            {
                output.Content.Append(part);
            }

            isCommand = !isCommand;
        }
    }
}
