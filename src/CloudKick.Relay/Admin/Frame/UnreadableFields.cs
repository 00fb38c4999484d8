using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// What is said where a page wants a number, a date or one of a few words, and something else came. The framework's messages are in English
/// and repeat what came; ours does neither.
/// </summary>
internal sealed class UnreadableFields(Texts texts) : IConfigureOptions<MvcOptions>
{
    public void Configure(MvcOptions options)
    {
        var messages = options.ModelBindingMessageProvider;
        messages.SetAttemptedValueIsInvalidAccessor((_, _) => Text());
        messages.SetNonPropertyAttemptedValueIsInvalidAccessor(_ => Text());
        messages.SetUnknownValueIsInvalidAccessor(_ => Text());
        messages.SetNonPropertyUnknownValueIsInvalidAccessor(Text);
        messages.SetValueIsInvalidAccessor(_ => Text());
        messages.SetValueMustBeANumberAccessor(_ => Text());
        messages.SetNonPropertyValueMustBeANumberAccessor(Text);
        messages.SetValueMustNotBeNullAccessor(_ => Text());
        messages.SetMissingBindRequiredValueAccessor(_ => Text());
        messages.SetMissingKeyOrValueAccessor(Text);
        messages.SetMissingRequestBodyRequiredValueAccessor(Text);
    }

    // Asked for at each request: in its reader's language.
    private string Text() => texts["Shared.Unreadable"];
}
