using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// One field of a form with its label, hint and faults: <c>&lt;field name="Email" type="email" label="@T["SignIn.Email"]" /&gt;</c>. What
/// was sent comes back after a fault; passwords and codes never do. With <c>choices</c> it is a list to choose from. Inside it: the control
/// itself, with the id <c>f-Name</c>, when it is neither.
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

    /// <summary>What there is to choose from; null: anything may be typed.</summary>
    public IEnumerable<Choice>? Choices { get; set; }

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
        output.Content.AppendHtml(inner.IsEmptyOrWhiteSpace ? Control(id, described, own, state?.AttemptedValue, faults.Length > 0) : inner);
        foreach (var fault in faults)
            output.Content.AppendHtml(Line("fault", id + "-fault", fault));
    }

    private TagBuilder Control(string id, string described, TagHelperAttribute[] own, string? attempted, bool wrong)
    {
        var kind = Choices is not null ? "select" : Type == "textarea" ? "textarea" : "input";
        var control = new TagBuilder(kind) { TagRenderMode = kind == "input" ? TagRenderMode.SelfClosing : TagRenderMode.Normal };
        foreach (var attribute in own)
            control.Attributes[attribute.Name] = Text(attribute);
        control.Attributes["id"] = id;
        control.Attributes["name"] = Name;
        Fill(control, Type is "password" or "file" || Name == "Code" ? null : attempted ?? Value);
        if (Required)
            control.Attributes["required"] = null;
        if (described.Length > 0)
            control.Attributes["aria-describedby"] = described;
        if (wrong)
            control.Attributes["aria-invalid"] = "true";
        return control;
    }

    private void Fill(TagBuilder control, string? value)
    {
        if (Choices is not null)
        {
            foreach (var choice in Choices)
            {
                var option = new TagBuilder("option") { Attributes = { ["value"] = choice.Value } };
                if (choice.Value == (value ?? ""))
                    option.Attributes["selected"] = null;
                option.InnerHtml.Append(choice.Text);
                control.InnerHtml.AppendHtml(option);
            }
        }
        else if (control.TagName == "textarea")
        {
            control.InnerHtml.Append("\n" + value); // HTML drops a first line end
        }
        else
        {
            control.Attributes["type"] = Type;
            if (value is not null)
                control.Attributes["value"] = value;
        }
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
