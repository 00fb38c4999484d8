using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// One field of a form with its label, hint and faults: <c>&lt;field name="Email" type="email" label="@T["Users.Email"]" /&gt;</c>. What
/// was sent comes back after a fault; passwords and codes never do. Inside it: the control itself, when it is not an input.
/// </summary>
[HtmlTargetElement("field")]
public sealed class FieldTagHelper : TagHelper
{
    /// <summary>The property that it binds to.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it is called.</summary>
    public string Label { get; set; } = "";

    /// <summary>The input's type; <c>textarea</c> is one here.</summary>
    public string Type { get; set; } = "text";

    /// <summary>What it says at first.</summary>
    public string? Value { get; set; }

    /// <summary>What helps to fill it in.</summary>
    public string? Hint { get; set; }

    /// <summary>Whether it must be filled in.</summary>
    public bool Required { get; set; }

    /// <summary>The page.</summary>
    [HtmlAttributeNotBound, ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    /// <inheritdoc/>
    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var id = "f-" + Name.Replace('.', '-');
        ViewContext.ModelState.TryGetValue(Name, out var state);
        var faults = state?.Errors.Select(error => error.ErrorMessage).ToArray() ?? [];
        var described = string.Join(' ', new[] { Hint is null ? null : id + "-hint", faults.Length > 0 ? id + "-fault" : null }.OfType<string>());

        var inner = await output.GetChildContentAsync();
        var own = output.Attributes.ToArray();
        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.Clear();
        output.Attributes.SetAttribute("class", faults.Length > 0 ? "field wrong" : "field");

        var label = new TagBuilder("label") { Attributes = { ["for"] = id } };
        label.InnerHtml.Append(Label);
        output.Content.AppendHtml(label);
        if (Hint is not null)
            output.Content.AppendHtml(Line("hint", id + "-hint", Hint));
        output.Content.AppendHtml(inner.IsEmptyOrWhiteSpace ? Input(id, described, own, state?.AttemptedValue, faults.Length > 0) : inner);
        foreach (var fault in faults)
            output.Content.AppendHtml(Line("fault", id + "-fault", fault));
    }

    private TagBuilder Input(string id, string described, TagHelperAttribute[] own, string? attempted, bool wrong)
    {
        var isArea = Type == "textarea";
        var input = new TagBuilder(isArea ? "textarea" : "input") { TagRenderMode = isArea ? TagRenderMode.Normal : TagRenderMode.SelfClosing };
        foreach (var attribute in own)
            input.Attributes[attribute.Name] = Text(attribute);
        input.Attributes["id"] = id;
        input.Attributes["name"] = Name;
        var value = Type is "password" or "file" || Name == "Code" ? null : attempted ?? Value;
        if (isArea)
        {
            input.InnerHtml.Append(value ?? "");
        }
        else
        {
            input.Attributes["type"] = Type;
            if (value is not null)
                input.Attributes["value"] = value;
        }

        if (Required)
            input.Attributes["required"] = null;
        if (described.Length > 0)
            input.Attributes["aria-describedby"] = described;
        if (wrong)
            input.Attributes["aria-invalid"] = "true";
        return input;
    }

    private static string? Text(TagHelperAttribute attribute)
    {
        if (attribute.Value is not Microsoft.AspNetCore.Html.IHtmlContent content)
            return attribute.Value?.ToString();
        using var writer = new StringWriter();
        content.WriteTo(writer, HtmlEncoder.Default);
        return System.Net.WebUtility.HtmlDecode(writer.ToString());
    }

    private static TagBuilder Line(string kind, string id, string text)
    {
        var line = new TagBuilder("p") { Attributes = { ["class"] = kind, ["id"] = id } };
        line.InnerHtml.Append(text);
        return line;
    }
}
