using System.Globalization;
using CloudKick.Relay.Times;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>A point in time in the reader's words and the platform's time zone, exactly so for programs: <c>&lt;moment at="…" /&gt;</c>. Null: a dash.</summary>
[HtmlTargetElement("moment", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class MomentTagHelper : TagHelper
{
    private readonly TimeZoneInfo _zone;

    /// <summary>Made by the framework.</summary>
    /// <param name="services">The application's.</param>
    public MomentTagHelper(IServiceProvider services) => _zone = services.GetRequiredService<IOptions<PageOptions>>().Value.Zone;

    /// <summary>When.</summary>
    public DateTimeOffset? At { get; set; }

    /// <summary>To the second.</summary>
    public bool Exact { get; set; }

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.TagMode = TagMode.StartTagAndEndTag;
        if (At is not { } at)
        {
            output.TagName = "span";
            output.Content.SetContent("–");
            return;
        }

        output.TagName = "time";
        output.Attributes.SetAttribute("datetime", at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        output.Content.SetContent(MomentText.Write(at, _zone, CultureInfo.CurrentCulture, Exact));
    }
}
