using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// Several things of which any number may be chosen, or with <c>one</c> just one:
/// <c>&lt;choices name="Scopes" label="…" of="Model.ScopeChoices" chosen="Model.Scopes" /&gt;</c>. Binds to a list of strings, or to one.
/// </summary>
[HtmlTargetElement("choices", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class ChoicesTagHelper : TagHelper
{
    /// <summary>The property that it binds to.</summary>
    public string Name { get; set; } = "";

    /// <summary>What the group is called.</summary>
    public string Label { get; set; } = "";

    /// <summary>What there is to choose from.</summary>
    public IEnumerable<Choice> Of { get; set; } = [];

    /// <summary>What is chosen at first.</summary>
    public IEnumerable<string> Chosen { get; set; } = [];

    /// <summary>Whether just one may be chosen.</summary>
    public bool One { get; set; }

    /// <summary>The page.</summary>
    [HtmlAttributeNotBound, ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var id = "f-" + Name;
        ViewContext.ModelState.TryGetValue(Name, out var state);
        var faults = state?.Errors.Select(error => error.ErrorMessage).ToArray() ?? [];
        var chosen = Chosen.ToHashSet(StringComparer.Ordinal);

        output.TagName = "fieldset";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", faults.Length > 0 ? "field wrong" : "field");
        output.Attributes.SetAttribute("id", id);
        if (faults.Length > 0)
            output.Attributes.SetAttribute("aria-describedby", id + "-fault");
        output.Content.AppendHtml(Element("legend", Label));
        foreach (var choice in Of)
            output.Content.AppendHtml(Line(id, choice, chosen.Contains(choice.Value)));
        foreach (var fault in faults)
        {
            var line = Element("p", fault);
            line.Attributes["class"] = "fault";
            line.Attributes["id"] = id + "-fault";
            output.Content.AppendHtml(line);
        }
    }

    private TagBuilder Line(string group, Choice choice, bool isChosen)
    {
        var id = group + "-" + choice.Value.Replace(':', '-');
        var input = new TagBuilder("input")
        {
            TagRenderMode = TagRenderMode.SelfClosing,
            Attributes = { ["type"] = One ? "radio" : "checkbox", ["id"] = id, ["name"] = Name, ["value"] = choice.Value },
        };
        if (isChosen)
            input.Attributes["checked"] = null;
        var label = Element("label", choice.Text);
        label.Attributes["for"] = id;
        var line = new TagBuilder("div") { Attributes = { ["class"] = "choice" } };
        line.InnerHtml.AppendHtml(input).AppendHtml(label);
        if (choice.Hint is not null)
        {
            var hint = Element("span", choice.Hint);
            hint.Attributes["class"] = "quiet";
            hint.Attributes["id"] = id + "-hint";
            input.Attributes["aria-describedby"] = id + "-hint";
            line.InnerHtml.AppendHtml(hint);
        }

        return line;
    }

    private static TagBuilder Element(string name, string text)
    {
        var element = new TagBuilder(name);
        element.InnerHtml.Append(text);
        return element;
    }
}
