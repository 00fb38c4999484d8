using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

/// <summary>
/// A string of a policy document, compiled: text, the wildcards <c>*</c> (any characters, also <c>/</c>) and <c>?</c> (one
/// character), and variables. MQTT's <c>+</c> and <c>#</c> are text like any other, and so is what a variable stands for.
/// A variable without a value makes the pattern match nothing. Immutable.
/// </summary>
internal sealed class PolicyPattern
{
    private enum PartKind
    {
        Text,
        AnyCharacter,
        Variable,
    }

    private readonly record struct Part(PartKind Kind, string Text);

    // What stands between one * and the next. With no * in the pattern there is one chunk.
    private readonly ImmutableArray<ImmutableArray<Part>> _chunks;
    private readonly bool _ignoreCase;

    private PolicyPattern(ImmutableArray<ImmutableArray<Part>> chunks, bool ignoreCase)
    {
        _chunks = chunks;
        _ignoreCase = ignoreCase;
    }

    /// <summary>Compiles a pattern.</summary>
    /// <param name="text">As it stands in the document.</param>
    /// <param name="variables">Whether <c>${…}</c> is a variable; the policy language has had them since version 2012-10-17.</param>
    /// <param name="wildcards">Whether <c>*</c> and <c>?</c> are wildcards.</param>
    /// <param name="ignoreCase">Whether letters match whatever their case.</param>
    /// <exception cref="PolicySyntaxException">A variable has no end, or no name.</exception>
    public static PolicyPattern Compile(string text, bool variables = true, bool wildcards = true, bool ignoreCase = false)
    {
        var chunks = ImmutableArray.CreateBuilder<ImmutableArray<Part>>();
        var chunk = ImmutableArray.CreateBuilder<Part>();
        int start = 0;
        int at = 0;
        while (at < text.Length)
        {
            if (variables && text.AsSpan(at).StartsWith("${"))
            {
                int end = text.IndexOf('}', at);
                if (end < at + 3) throw new PolicySyntaxException($"A policy variable in '{text}' has no name or no end.");
                FlushText();
                string name = text[(at + 2)..end];
                chunk.Add(name is "*" or "?" or "$" ? new Part(PartKind.Text, name) : new Part(PartKind.Variable, PolicyKeys.Canonical(name)));
                at = start = end + 1;
            }
            else if (wildcards && text[at] is '*' or '?')
            {
                FlushText();
                if (text[at] == '?')
                {
                    chunk.Add(new Part(PartKind.AnyCharacter, ""));
                }
                else
                {
                    chunks.Add(chunk.DrainToImmutable());
                }
                start = ++at;
            }
            else
            {
                at++;
            }
        }
        FlushText();
        chunks.Add(chunk.DrainToImmutable());
        return new PolicyPattern(chunks.DrainToImmutable(), ignoreCase);

        void FlushText()
        {
            if (at > start) chunk.Add(new Part(PartKind.Text, text[start..at]));
        }
    }

    public bool Matches(ReadOnlySpan<char> text, IPolicyContext context)
    {
        var first = _chunks[0];
        if (!TryMatchAt(text, first, context, out int length)) return false;
        if (_chunks.Length == 1) return length == text.Length;
        text = text[length..];

        for (int i = 1; i < _chunks.Length - 1; i++)
        {
            if (!TryFind(text, _chunks[i], context, out int end)) return false;
            text = text[end..];
        }

        var last = _chunks[^1];
        return TryLength(last, context, out length) && length <= text.Length && TryMatchAt(text[^length..], last, context, out _);
    }

    /// <summary>Finds the first place where a chunk matches: with <c>*</c> on both sides of it, the first is as good as any.</summary>
    private bool TryFind(ReadOnlySpan<char> text, ImmutableArray<Part> chunk, IPolicyContext context, out int end)
    {
        end = 0;
        if (!TryLength(chunk, context, out int length)) return false;
        for (int at = 0; at + length <= text.Length; at++)
        {
            if (!TryMatchAt(text[at..], chunk, context, out _)) continue;
            end = at + length;
            return true;
        }
        return false;
    }

    private bool TryMatchAt(ReadOnlySpan<char> text, ImmutableArray<Part> chunk, IPolicyContext context, out int length)
    {
        length = 0;
        foreach (var part in chunk)
        {
            var rest = text[length..];
            if (part.Kind == PartKind.AnyCharacter)
            {
                if (rest.IsEmpty) return false;
                length++;
                continue;
            }
            string? expected = part.Text;
            if (part.Kind == PartKind.Variable && !context.TryGetValue(part.Text, out expected)) return false;
            if (!rest.StartsWith(expected, _ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)) return false;
            length += expected!.Length;
        }
        return true;
    }

    private static bool TryLength(ImmutableArray<Part> chunk, IPolicyContext context, out int length)
    {
        length = 0;
        foreach (var part in chunk)
        {
            string? text = part.Text;
            if (part.Kind == PartKind.Variable && !context.TryGetValue(part.Text, out text)) return false;
            length += part.Kind == PartKind.AnyCharacter ? 1 : text!.Length;
        }
        return true;
    }
}
