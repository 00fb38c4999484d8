namespace CloudKick.Relay.FreeTexts;

/// <summary>
/// CSV that somebody sent, as it is shown to them again, to be corrected: a line in which something is <see cref="FreeText.IsSensitive"/>
/// comes back as <c>…</c>. That is one field, and no terminal's id, so it is found wrong in every import that it is sent with again. Pure.
/// </summary>
internal sealed class SentLines
{
    private const string Gap = "…";
    private const string Key = "PRIVATE KEY-----";
    private const string KeyEnd = "-----END";

    private readonly List<int> _leftOut = [];
    private readonly HashSet<int> _ofKeys = [];

    private SentLines(string text, Func<int, bool> isRight)
    {
        var lines = text.Split('\n');
        MarkKeys(lines);
        for (var (first, next) = (0, 0); first < lines.Length; first = next)
        {
            next = EndOfRecord(lines, first);
            var isSensitive = Enumerable.Range(first, next - first).Any(at => _ofKeys.Contains(at + 1) || FreeText.IsSensitive(lines[at]));
            if (!isSensitive || isRight(first + 1))
                continue;
            for (var at = first; at < next; at++)
            {
                lines[at] = lines[at].EndsWith('\r') ? Gap + '\r' : Gap;
                _leftOut.Add(at + 1);
            }
        }

        Text = string.Join('\n', lines);
    }

    /// <summary>What may be shown.</summary>
    public string Text { get; }

    /// <summary>The numbers of the lines that were left out, from 1.</summary>
    public IReadOnlyList<int> LeftOut => _leftOut;

    /// <param name="text">What was sent.</param>
    /// <param name="isRight">Whether nothing is wrong with what begins on this line: an id that only looks like a card number stays.</param>
    public static SentLines Of(string? text, Func<int, bool> isRight) => new(text ?? "", isRight);

    /// <summary>What stands in a cell of a line, where a list says what is wrong with it.</summary>
    public string Cell(int line, string? text) => _ofKeys.Contains(line) ? Gap : FreeText.Shown(text);

    // A key's own lines look like nothing; without its last line all that follows may be of it.
    private void MarkKeys(string[] lines)
    {
        var isInside = false;
        for (var at = 0; at < lines.Length; at++)
        {
            isInside |= lines[at].Contains(Key, StringComparison.OrdinalIgnoreCase);
            if (isInside)
                _ofKeys.Add(at + 1);
            isInside &= !lines[at].Contains(KeyEnd, StringComparison.OrdinalIgnoreCase);
        }
    }

    // A quoted field may go on over several lines; half of one would make something else of those that follow.
    private static int EndOfRecord(string[] lines, int first)
    {
        var isQuoted = false;
        for (var at = first; at < lines.Length; at++)
        {
            isQuoted ^= lines[at].Count(character => character == '"') % 2 == 1;
            if (!isQuoted)
                return at + 1;
        }
        return lines.Length;
    }
}
