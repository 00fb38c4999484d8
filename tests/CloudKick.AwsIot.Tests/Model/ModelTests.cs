using System.Reflection;
using CloudKick.AwsIot.Data;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Tests.Model;

/// <summary>Our bindings against AWS's service models.</summary>
internal sealed class ModelTests
{
    private static readonly Dictionary<string, ServiceExtract> Services = new[] { "iot-data", "iot", "sqs" }.ToDictionary(name => name, ServiceExtract.Load);

    /// <summary>What of the models is left out on purpose: attributes of messages that senders choose; AWS IoT's rules choose none.</summary>
    private static readonly string[] LeftOut = ["Messages.MessageAttributes", "Messages.MD5OfMessageAttributes"];

    /// <summary>Errors that have no class of their own: nobody would do anything about one that is not done about any <c>AmazonSQSException</c>.</summary>
    private static readonly string[] Nameless =
    [
        "BatchEntryIdsNotDistinct", "EmptyBatchRequest", "InvalidAddress", "InvalidAttributeName", "InvalidBatchEntryId", "InvalidSecurity", "KmsAccessDenied",
        "KmsDisabled", "KmsInvalidKeyUsage", "KmsInvalidState", "KmsNotFound", "KmsOptInRequired", "KmsThrottled", "TooManyEntriesInBatchRequest",
        "UnsupportedOperation",
    ];

    private static IEnumerable<TestCaseData> Operations() =>
        from service in Services
        from operation in service.Value.Operations.Keys
        select new TestCaseData(service.Key, operation).SetArgDisplayNames(service.Key, operation);

    [TestCaseSource(nameof(Operations))]
    public void An_operation_has_its_method_and_path(string service, string name)
    {
        var (ours, model) = Find(service, name);

        Assert.That($"{ours.Method} {ours.Path}", Is.EqualTo($"{model.Method ?? "POST"} {model.Path ?? "/"}"));
    }

    [TestCaseSource(nameof(Operations))]
    public void Members_of_a_request_are_named_and_placed_as_in_the_model(string service, string name)
    {
        var (ours, model) = Find(service, name);

        Assert.That(Describe(ours.Input), Is.EquivalentTo(Describe(Services[service], model.Request)));
    }

    [TestCaseSource(nameof(Operations))]
    public void Members_of_an_answer_are_those_of_the_model(string service, string name)
    {
        var (ours, model) = Find(service, name);

        Assert.That(Describe(ours.Output), Is.EquivalentTo(Describe(Services[service], model.Response).Where(line => !LeftOut.Any(left => line.StartsWith(left, StringComparison.Ordinal)))));
    }

    [TestCaseSource(nameof(Operations))]
    public void Every_error_that_an_operation_may_tell_is_known_with_its_status(string service, string name)
    {
        var (ours, model) = Find(service, name);
        var known = ours.Errors.All.ToDictionary(error => error.Code, error => (int)error.Status);

        var expected = model.Errors.Except(Nameless).Select(error => KeyValuePair.Create(error, Services[service].Errors[error].Status));

        Assert.That(expected, Is.SubsetOf(known));
    }

    [Test]
    public void Every_operation_of_ours_is_in_a_model()
    {
        var modelled = Services.Values.SelectMany(service => service.Operations.Keys);

        Assert.That(Ours().Select(operation => operation.Name), Is.EquivalentTo(modelled));
    }

    private static (IOperation Ours, OperationExtract Model) Find(string service, string name) =>
        (Ours().Single(operation => operation.Name == name), Services[service].Operations[name]);

    private static IEnumerable<IOperation> Ours() =>
        from type in typeof(AmazonIotDataClient).Assembly.GetTypes()
        from field in type.GetFields(BindingFlags.Static | BindingFlags.NonPublic)
        where field.FieldType.IsAssignableTo(typeof(IOperation))
        select (IOperation)field.GetValue(null)!;

    /// <summary>Each member on a line, with those of structures in it below its name.</summary>
    private static IEnumerable<string> Describe(IShape shape, string prefix = "") => shape.Members.SelectMany(member =>
        (member.Part is null ? [] : Describe(member.Part, $"{prefix}{member.Name}."))
            .Prepend($"{prefix}{member.Name}: {member.Type} in {member.In}{(member.In is Location.Query or Location.Header or Location.Path ? $" as {member.Wire}" : "")}"));

    private static IEnumerable<string> Describe(ServiceExtract service, string? shape, string prefix = "") => service.Members(shape).SelectMany(member =>
    {
        var element = member.Value.Type.Split('<', '>') is [_, var inside, ..] ? inside : member.Value.Type;
        return (service.Shapes.ContainsKey(element) ? Describe(service, element, $"{prefix}{member.Key}.") : [])
            .Prepend($"{prefix}{member.Key}: {member.Value.Type} in {member.Value.In ?? "Body"}{(member.Value.Wire is { } wire ? $" as {wire}" : "")}");
    });
}
