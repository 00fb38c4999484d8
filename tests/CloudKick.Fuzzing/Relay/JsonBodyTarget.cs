using System.Text.Json;
using CloudKick.Fuzzing.Engine;
using CloudKick.Relay.Problems;
using Microsoft.AspNetCore.Http;

namespace CloudKick.Fuzzing.Relay;

/// <summary>
/// The API's JSON bodies, read with the relay's own options and held against their rules. What cannot be read becomes a problem
/// document of bounded length; what can is read again as the same when it is written.
/// </summary>
internal sealed class JsonBodyTarget : IFuzzTarget
{
    private const int FixedAllocation = 256 * 1024;
    // A terminal in an import may be three bytes, and what is wrong with it takes some hundred to say.
    private const int AllocationPerByte = 2_500;
    private const int LongestProblem = 300;
    private const int MostFaults = 1_000;

    private readonly RelayParts _relay = new();
    private readonly IReadOnlyList<RequestBody> _bodies;
    private readonly Mutator _mutator = new(JsonGrammar.Words);
    private object? _read;

    public JsonBodyTarget() => _bodies = RequestBodies.All(_relay);

    public string Name => "json";

    public string Description => "the API's bodies, with the relay's JSON options and rules";

    public int Cost => 1;

    public void Generate(FuzzRandom random, FuzzInput input)
    {
        input.Kind = random.Below(_bodies.Count);
        input.IsValid = JsonGrammar.Write(random, input, _bodies[input.Kind].Members);
        if (random.OneIn(2))
            _mutator.Mutate(input, random);
    }

    public bool Take(FuzzInput input)
    {
        var body = _bodies[input.Kind];
        _read = null;
        try
        {
            _read = JsonSerializer.Deserialize(input.Bytes, body.Type);
        }
        catch (JsonException fault)
        {
            CheckBounded(BadRequestReader.Read(new BadHttpRequestException("The body cannot be read.", fault)));
            return false;
        }
        if (_read is null)
            return false;
        if (body.Judge(_read) is { } problem)
            CheckBounded(problem);
        return true;
    }

    public void Check(FuzzInput input)
    {
        if (_read is null)
            return;
        var type = _bodies[input.Kind].Type;
        var written = JsonSerializer.SerializeToUtf8Bytes(_read, type);
        var again = JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(written, type), type);
        FuzzFault.Unless(again.AsSpan().SequenceEqual(written), "Written and read again it is something else.");
    }

    public long AllocationLimit(int length) => FixedAllocation + ((long)AllocationPerByte * length);

    public ValueTask DisposeAsync()
    {
        _relay.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void CheckBounded(ProblemResult problem)
    {
        FuzzFault.Unless(problem.Errors is { Count: > 0 and <= MostFaults }, $"{problem.Errors?.Count} faults are named.");
        foreach (var error in problem.Errors!)
            FuzzFault.Unless(error.Field.Length + error.Message.Length <= LongestProblem, $"A fault is said in {error.Field.Length + error.Message.Length} characters: {error}");
    }
}
