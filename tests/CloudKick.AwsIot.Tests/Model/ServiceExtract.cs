using System.Text.Json;

namespace CloudKick.AwsIot.Tests.Model;

/// <summary>One service's model, as extract.mjs wrote it.</summary>
internal sealed record ServiceExtract(
    string Source,
    Dictionary<string, OperationExtract> Operations,
    Dictionary<string, Dictionary<string, MemberExtract>> Shapes,
    Dictionary<string, ErrorExtract> Errors)
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    public static ServiceExtract Load(string name)
    {
        using var resource = typeof(ServiceExtract).Assembly.GetManifestResourceStream($"CloudKick.AwsIot.Tests.Model.{name}.json")!;
        return JsonSerializer.Deserialize<ServiceExtract>(resource, CamelCase)!;
    }

    /// <summary>The shape's members; of an operation without request or answer none.</summary>
    public Dictionary<string, MemberExtract> Members(string? shape) => shape is null ? [] : Shapes[shape];
}

internal sealed record OperationExtract(string? Method, string? Path, string? Request, string? Response, string[] Errors);

internal sealed record MemberExtract(string Type, string? In, string? Wire);

internal sealed record ErrorExtract(int Status, string[] Members);
