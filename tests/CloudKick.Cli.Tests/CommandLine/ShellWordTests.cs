using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Tests.CommandLine;

internal sealed class ShellWordTests
{
    [TestCase("NL-CAT/NL000101", "NL-CAT/NL000101")]
    [TestCase("/tmp/a b/ca.pem", "'/tmp/a b/ca.pem'")]
    [TestCase("it's", @"'it'\''s'")]
    [TestCase("$HOME", "'$HOME'")]
    [TestCase("", "''")]
    public void A_word_survives_the_shell(string word, string quoted) => Assert.That(ShellWord.Quote(word), Is.EqualTo(quoted));
}
