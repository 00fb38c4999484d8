using CloudKick.Relay.Terminals.Parameters;
using Microsoft.AspNetCore.Http;

namespace CloudKick.Relay.Tests.Terminals.Parameters;

internal sealed class ParameterSheetChoiceTests
{
    [TestCase(null, "json")]
    [TestCase("*/*", "json")]
    [TestCase("text/csv", "csv")]
    [TestCase("text/*", "html")]
    [TestCase("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html")]
    [TestCase("application/json;q=0.5, text/csv;q=0.6", "csv")]
    [TestCase("text/csv;q=0, */*;q=0.1", "json")]
    [TestCase("text/html; charset=utf-8", "html")]
    [TestCase("image/png", "json")]
    [TestCase("no media type at all", "json")]
    public void The_format_is_what_the_client_likes_best(string? accept, string format) =>
        Assert.That(Choose(accept, null, null, null).Format, Is.EqualTo(format));

    [TestCase(null, "en")]
    [TestCase("nl", "nl")]
    [TestCase("nl-BE,nl;q=0.9,en;q=0.8", "nl")]
    [TestCase("es-ES, nl;q=0.5, en;q=0.4", "nl")]
    [TestCase("en-GB, nl;q=0.9", "en")]
    [TestCase("nl;q=0, en", "en")]
    [TestCase("nlx", "en")]
    [TestCase("fr-BE", "fr")]
    [TestCase("de-AT", "de")]
    [TestCase("es", "en")]
    public void So_is_the_language(string? acceptLanguage, string language) =>
        Assert.That(Choose(null, acceptLanguage, null, null).Texts.Language, Is.EqualTo(language));

    [Test]
    public void The_query_wins()
    {
        var choice = Choose("text/csv", "en", "html", "nl");

        Assert.That((choice.Format, choice.Texts.Language), Is.EqualTo(("html", "nl")));
    }

    [Test]
    public void What_there_is_not_is_a_fault_each()
    {
        ParameterSheetChoice.Of(Request(null, null), "pdf", "es", out var faults);

        Assert.That(faults.Select(fault => $"{fault.Field} {fault.Message}"), Is.EqualTo(new[] { "format must be one of json, csv, html", "lang must be one of en, nl, fr, de" }));
    }

    private static ParameterSheetChoice Choose(string? accept, string? acceptLanguage, string? format, string? lang)
    {
        var choice = ParameterSheetChoice.Of(Request(accept, acceptLanguage), format, lang, out var faults);
        Assert.That(faults, Is.Empty);
        return choice;
    }

    private static HttpRequest Request(string? accept, string? acceptLanguage)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.Accept = accept;
        request.Headers.AcceptLanguage = acceptLanguage;
        return request;
    }
}
