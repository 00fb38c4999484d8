using System.Buffers;
using System.Text;

namespace CloudKick.Relay.Csv;

/// <summary>
/// Reads comma-separated values as RFC 4180 §2 defines them: fields may be quoted, quotes inside are doubled, quoted fields may hold
/// separators and line ends. A line may also end in a line feed alone. Where the comma is a decimal's, as in Dutch, French and German,
/// spreadsheets separate by semicolons: whichever of the two comes first in the first record separates. Records of nothing but empty fields,
/// which spreadsheets leave at the end, are passed over as empty lines are. Strict: what is not CSV stops it with a fault, nothing else is
/// guessed.
/// </summary>
internal sealed class CsvReader
{
    public const string QuoteInside = "a quote stands inside a field that does not begin with one";
    public const string QuoteOpen = "a quoted field has no closing quote";
    public const string QuoteGoesOn = "a quoted field goes on after its closing quote";
    public const string LoneCarriageReturn = "a carriage return stands alone";

    private const char Quote = '"';

    private readonly string _text;
    private readonly char _separator;
    private readonly SearchValues<char> _endOfBare;
    private readonly StringBuilder _quoted = new();
    private int _position;
    private int _line = 1;

    public CsvReader(string text)
    {
        _text = text;
        _separator = SeparatorOf(text);
        _endOfBare = SearchValues.Create([_separator, Quote, '\r', '\n']);
    }

    /// <summary>The line on which the last record began, from 1.</summary>
    public int RecordLine { get; private set; }

    /// <summary>Why reading stopped before the end; null when it did not.</summary>
    public string? Fault { get; private set; }

    /// <summary>The next record's fields; null at the end or at a fault. Those without any content are passed over.</summary>
    public IReadOnlyList<string>? Read()
    {
        var fields = ReadRecord();
        while (fields is not null && fields.All(field => field.Length == 0))
            fields = ReadRecord();
        return fields;
    }

    private List<string>? ReadRecord()
    {
        while (Fault is null && _position < _text.Length && TryReadLineEnd())
        {
        }

        if (Fault is not null || _position >= _text.Length)
            return null;

        RecordLine = _line;
        var fields = new List<string>();
        while (true)
        {
            fields.Add(ReadField());
            if (Fault is not null)
                return null;
            if (_position >= _text.Length || TryReadLineEnd())
                return fields;
            if (Fault is not null)
                return null;
            _position++; // the separator
        }
    }

    private string ReadField() => _position < _text.Length && _text[_position] == Quote ? ReadQuoted() : ReadBare();

    private string ReadBare()
    {
        var rest = _text.AsSpan(_position);
        var length = rest.IndexOfAny(_endOfBare);
        if (length < 0)
            length = rest.Length;
        else if (rest[length] == Quote)
            Fault = QuoteInside;
        _position += length;
        return rest[..length].ToString();
    }

    private string ReadQuoted()
    {
        _quoted.Clear();
        while (true)
        {
            _position++; // the opening quote, or the second one of a pair
            var rest = _text.AsSpan(_position);
            var length = rest.IndexOf(Quote);
            if (length < 0)
            {
                Fault = QuoteOpen;
                return "";
            }

            _quoted.Append(rest[..length]);
            _line += rest[..length].Count('\n');
            _position += length + 1;
            if (_position >= _text.Length || _text[_position] is '\r' or '\n' || _text[_position] == _separator)
                return _quoted.ToString();
            if (_text[_position] != Quote)
            {
                Fault = QuoteGoesOn;
                return "";
            }

            _quoted.Append(Quote);
        }
    }

    private bool TryReadLineEnd()
    {
        switch (_text[_position])
        {
            case '\n':
                _position++;
                break;
            case '\r' when _position + 1 < _text.Length && _text[_position + 1] == '\n':
                _position += 2;
                break;
            case '\r':
                Fault = LoneCarriageReturn;
                return false;
            default:
                return false;
        }

        _line++;
        return true;
    }

    // Header lines name columns; what separates those separates all the rest.
    private static char SeparatorOf(string text)
    {
        var isQuoted = false;
        foreach (var character in text.AsSpan().TrimStart("\r\n"))
        {
            if (character == Quote)
                isQuoted = !isQuoted;
            else if (!isQuoted && character is (',' or ';'))
                return character;
            else if (!isQuoted && character is ('\r' or '\n'))
                break;
        }

        return ',';
    }
}
