using System.Text;
using System.Text.RegularExpressions;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// Builds the topic that a terminal listens on from the template of its management system. The last of three gates (API, database
/// check, this) that keep wildcards, separators and reserved topics out of what is published.
/// </summary>
internal static partial class KickTopic
{
    /// <summary>The longest topic AWS IoT Core takes, in bytes of UTF-8.</summary>
    public const int MaximumBytes = 256;

    /// <summary>The most levels AWS IoT Core takes: seven slashes.</summary>
    public const int MaximumLevels = 8;

    /// <summary>What is appended to a terminal's topic for its answers.</summary>
    public const string AnswerSuffix = "/ack";

    /// <summary>The topic for a terminal.</summary>
    /// <exception cref="ArgumentException">A part has characters that a topic of ours may not have, or the result is too long.</exception>
    public static string Build(string template, string subscriptionTopic, string terminalId)
    {
        if (!Level().IsMatch(subscriptionTopic))
            throw new ArgumentException("A subscription topic has letters, digits, '_' and '-' only.", nameof(subscriptionTopic));
        if (!TerminalId().IsMatch(terminalId))
            throw new ArgumentException("A terminal id is 1 to 16 letters, digits, '_' and '-'.", nameof(terminalId));

        var topic = template
            .Replace("{subscriptionTopic}", subscriptionTopic, StringComparison.Ordinal)
            .Replace("{terminalId}", terminalId, StringComparison.Ordinal);
        var levels = topic.Split('/');
        // One level is kept free for the terminal's answers.
        if (levels.Length >= MaximumLevels || !Array.TrueForAll(levels, level => Level().IsMatch(level)))
            throw new ArgumentException($"The template makes '{topic}', which is no topic for a terminal.", nameof(template));
        if (Encoding.UTF8.GetByteCount(topic) + AnswerSuffix.Length > MaximumBytes)
            throw new ArgumentException($"The topic is longer than {MaximumBytes - AnswerSuffix.Length} bytes.", nameof(template));
        return topic;
    }

    /// <summary>The filter that matches the answers of all terminals whose topics a template makes.</summary>
    public static string AnswerFilter(string template, string subscriptionTopic) =>
        template.Replace("{subscriptionTopic}", subscriptionTopic, StringComparison.Ordinal)
            .Replace("{terminalId}", "+", StringComparison.Ordinal) + AnswerSuffix;

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex Level();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,16}\z")]
    private static partial Regex TerminalId();
}
