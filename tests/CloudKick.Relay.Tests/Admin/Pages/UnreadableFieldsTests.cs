using System.Globalization;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Languages;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>What the framework says by itself of what it cannot read.</summary>
internal sealed class UnreadableFieldsTests
{
    private const string Sent = "5500 0000 0000 0004";

    private CultureInfo _before = null!;

    [SetUp]
    public void Keep() => _before = CultureInfo.CurrentUICulture;

    [TearDown]
    public void Restore() => CultureInfo.CurrentUICulture = _before;

    [Test]
    public void Every_message_is_in_the_readers_language_and_repeats_nothing()
    {
        var options = new MvcOptions();
        new UnreadableFields(new Texts()).Configure(options);
        var said = new List<string>();

        foreach (var language in Language.All)
        {
            CultureInfo.CurrentUICulture = language;
            var messages = Messages(options.ModelBindingMessageProvider);
            Assert.That(messages, Has.Length.GreaterThanOrEqualTo(11));
            said.Add(messages.Distinct().Single());
        }

        Assert.That(said, Is.Unique.And.Count.EqualTo(4));
        Assert.That(said, Has.None.Contains(Sent).And.None.Contains("{0}"));
        Assert.That(said[0], Does.StartWith("This cannot be read here."));
    }

    private static string[] Messages(ModelBindingMessageProvider provider) =>
    [
        .. typeof(ModelBindingMessageProvider).GetProperties().Select(property => property.GetValue(provider)).OfType<Delegate>()
            .Select(accessor => (string)accessor.DynamicInvoke([.. accessor.Method.GetParameters().Select(_ => Sent)])!),
    ];
}
