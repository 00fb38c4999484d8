using System.Globalization;
using System.Text.Encodings.Web;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// One field of a form with its label, hint and faults: <c>&lt;field name="Email" type="email" label="@T["SignIn.Email"]" /&gt;</c>. What
/// was sent comes back after a fault. Passwords and codes never do, nor what looks like a card number or a key, and the field says so. With
/// <c>choices</c> it is a list to choose from. Inside it: the control itself, with the id <c>f-Name</c>, when it is neither.
/// </summary>
[HtmlTargetElement("field")]
public sealed class FieldTagHelper : TagHelper
{
    // So many lines are named.
    private const int MaximumLines = 20;

    /// <summary>The property that it binds to.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it is called.</summary>
    public string Label { get; set; } = "";

    /// <summary>The input's type; <c>textarea</c> is one here, which says its <see cref="Value"/>, whatever was sent.</summary>
    public string Type { get; set; } = "text";

    /// <summary>What there is to choose from; null: anything may be typed.</summary>
    public IEnumerable<Choice>? Choices { get; set; }

    /// <summary>What it says at first.</summary>
    public string? Value { get; set; }

    /// <summary>Whether it is a search that found something: an id may only look like a card number.</summary>
    public bool Found { get; set; }

    /// <summary>The numbers of the lines that a <c>textarea</c> does not show again.</summary>
    public IReadOnlyList<int> LeftOut { get; set; } = [];

    /// <summary>What helps to fill it in.</summary>
    public string? Hint { get; set; }

    /// <summary>Whether it must be filled in.</summary>
    public bool Required { get; set; }

    /// <summary>The page.</summary>
    [HtmlAttributeNotBound, ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    private bool IsTextArea => Type == "textarea";

    private bool IsSecret => Type is "password" or "file" || Name == "Code";

    /// <inheritdoc/>
    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var id = "f-" + Name.Replace('.', '-');
        ViewContext.ModelState.TryGetValue(Name, out var state);
        var faults = state?.Errors.Select(error => error.ErrorMessage).ToArray() ?? [];
        var text = IsTextArea ? Value : state?.AttemptedValue ?? Value;
        var withheld = Withheld(text);
        string?[] parts = [Hint is null ? null : id + "-hint", withheld is null ? null : id + "-withheld", faults.Length > 0 ? id + "-fault" : null];
        var described = string.Join(' ', parts.OfType<string>());

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
        output.Content.AppendHtml(inner.IsEmptyOrWhiteSpace ? Control(id, described, own, IsShown(text) ? text : null, faults.Length > 0) : inner);
        if (withheld is not null)
            output.Content.AppendHtml(Line("hint", id + "-withheld", withheld));
        foreach (var fault in faults)
            output.Content.AppendHtml(Line("fault", id + "-fault", fault));
    }

    private bool IsShown(string? text) => Choices is not null || IsTextArea || (!IsSecret && !IsWithheld(text) && HasForm(text));

    private bool IsWithheld(string? text) => !IsSecret && !Found && FreeText.IsSensitive(text);

    // What has not the form of such a field a browser neither sends from it nor shows in it.
    private bool HasForm(string? text) => Type switch
    {
        "email" => NewUserValidator.IsEmail(text?.Trim()),
        "date" or "datetime-local" => DateTime.TryParse(text, CultureInfo.InvariantCulture, out _),
        _ => true,
    };

    // Why it is empty, or has gaps.
    private string? Withheld(string? text)
    {
        var texts = ViewContext.HttpContext.RequestServices.GetRequiredService<Texts>();
        if (LeftOut.Count > 0)
            return texts["Shared.LinesNotShown", string.Join(", ", LeftOut.Take(MaximumLines)) + (LeftOut.Count > MaximumLines ? ", …" : "")];
        return Choices is null && !IsTextArea && IsWithheld(text) ? texts["Shared.NotShown"] : null;
    }

    private TagBuilder Control(string id, string described, TagHelperAttribute[] own, string? text, bool wrong)
    {
        var kind = Choices is not null ? "select" : IsTextArea ? "textarea" : "input";
        var control = new TagBuilder(kind) { TagRenderMode = kind == "input" ? TagRenderMode.SelfClosing : TagRenderMode.Normal };
        foreach (var attribute in own)
            control.Attributes[attribute.Name] = Text(attribute);
        control.Attributes["id"] = id;
        control.Attributes["name"] = Name;
        Fill(control, text);
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
