using System.CommandLine;

namespace CloudKick.Cli.Doctor;

/// <summary>The language of what the relay says to people.</summary>
internal static class PeoplesLanguage
{
    public static Option<string> Option()
    {
        var option = new Option<string>("--language") { Description = "The language of the texts: en, nl, fr or de", HelpName = "LANGUAGE", DefaultValueFactory = _ => "en" };
        option.AcceptOnlyFromAmong("en", "nl", "fr", "de");
        return option;
    }
}
