using System.Buffers;
using CloudKick.Fuzzing.Engine;
using CloudKick.Opi;
using CloudKick.Testing;

namespace CloudKick.Fuzzing.Opi;

/// <summary>
/// OPI documents: as the grammar has them, and damaged. What is read can be written, and is read again as the same; cut in two it is
/// the same message; what is refused is refused with an exception that names OPI's result for it.
/// </summary>
internal sealed class OpiXmlTarget : IFuzzTarget
{
    // XmlReader's buffers, and the exception that most documents end in.
    private const int FixedAllocation = 256 * 1024;
    private const int AllocationPerByte = 64;

    private readonly Mutator _mutator = new(
        "&#x41;"u8.ToArray(), "&x;"u8.ToArray(), "<![CDATA["u8.ToArray(), "]]>"u8.ToArray(), "<!DOCTYPE"u8.ToArray(), "<!--"u8.ToArray(), "xmlns=\""u8.ToArray(),
        "encoding=\"utf-16\""u8.ToArray(), " TerminalID=\""u8.ToArray(), "<Terminal"u8.ToArray(), "</"u8.ToArray(), [0xFF, 0xFE], [0xEF, 0xBB, 0xBF], [0xED, 0xA0, 0x80]);

    private readonly FuzzRandom _cuts = new();
    private OpiMessage? _message;
    private OpiException? _refusal;

    public string Name => "opi-xml";

    public string Description => "OPI documents, as the TAS reads them";

    public int Cost => 1;

    public void Generate(FuzzRandom random, FuzzInput input)
    {
        input.IsValid = OpiXmlGrammar.Write(random, input);
        input.Choice = random.Next();
        if (random.OneIn(2))
            _mutator.Mutate(input, random);
    }

    public bool Take(FuzzInput input)
    {
        (_message, _refusal) = Decode(new ReadOnlySequence<byte>(input.Memory));
        return _message is not null;
    }

    public void Check(FuzzInput input)
    {
        _cuts.Begin(input.Choice, 0);
        var (message, refusal) = Decode(Segments.SplitAt(input.Memory, _cuts.Below(input.Length + 1)));
        FuzzFault.Unless(Equals(message, _message) && refusal?.GetType() == _refusal?.GetType(), $"In one piece {Told(_message, _refusal)}, in two {Told(message, refusal)}.");
        FuzzFault.Unless(_refusal is null || _refusal.Result != OpiResult.Success, "A refusal is reported as a success.");
        if (_message is null)
            return;
        var written = _message.Encode();
        (message, refusal) = Decode(new ReadOnlySequence<byte>(written));
        FuzzFault.Unless(Equals(message, _message), $"Read {Told(_message, null)}; written and read again {Told(message, refusal)}.");
    }

    public long AllocationLimit(int length) => FixedAllocation + ((long)AllocationPerByte * length);

    private static (OpiMessage? Message, OpiException? Refusal) Decode(in ReadOnlySequence<byte> document)
    {
        try
        {
            return (OpiMessage.Decode(document), null);
        }
        catch (OpiException exception)
        {
            return (null, exception);
        }
    }

    private static string Told(OpiMessage? message, OpiException? refusal) => $"{message?.ToString() ?? refusal?.ToString() ?? "nothing"}";
}
