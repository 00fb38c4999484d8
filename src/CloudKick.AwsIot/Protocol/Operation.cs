using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace CloudKick.AwsIot.Protocol;

/// <summary>
/// One operation of a service: how its request becomes HTTP and its answer an object. It is what the SDK's generated code has as a pair of
/// marshallers per operation, said as a table.
/// </summary>
internal sealed class Operation<TRequest, TResponse> : JsonResponseUnmarshaller, IMarshaller<IRequest, AmazonWebServiceRequest>, IOperation
    where TRequest : AmazonWebServiceRequest
    where TResponse : AmazonWebServiceResponse, new()
{
    private readonly ServiceModel _service;

    public Operation(ServiceModel service, string name, string method, string path, Input<TRequest> input, Output<TResponse> output)
    {
        (_service, Name, Method, Path, Input, Output) = (service, name, method, path, input, output);
        Options = new() { RequestMarshaller = this, ResponseUnmarshaller = this };
    }

    /// <summary>As in AWS's service model.</summary>
    public string Name { get; }

    /// <summary>HTTP method.</summary>
    public string Method { get; }

    /// <summary>With <c>{member}</c> for each label; each is one whole segment.</summary>
    public string Path { get; }

    public Input<TRequest> Input { get; }

    public Output<TResponse> Output { get; }

    /// <summary>What the SDK's client is invoked with.</summary>
    public InvokeOptions Options { get; }

    IShape IOperation.Input => Input;

    IShape IOperation.Output => Output;

    ServiceErrors IOperation.Errors => _service.Errors;

    /// <inheritdoc/>
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var request = (TRequest)input;
        var http = new DefaultRequest(input, _service.ServiceId) { HttpMethod = Method, ResourcePath = Path, UseQueryString = true };
        foreach (var member in Input.Members)
        {
            var text = member.Text?.Invoke(request);
            if (member.In == Location.Path)
                http.AddPathResource($"{{{member.Wire}}}", NullIfEmpty(text) ?? throw new ArgumentException($"{Name} needs a {member.Name}."));
            else if (member.In == Location.Query && text is not null)
                http.Parameters.Add(member.Wire, text);
            else if (member.In == Location.Header && text is not null)
                http.Headers[member.Wire] = text;
            else if (member.In == Location.Payload)
                SetPayload(http, member.Stream!(request));
        }
        if (_service.TargetPrefix is { } prefix)
            http.Headers["X-Amz-Target"] = $"{prefix}.{Name}";
        if (Input.HasBody)
            SetBody(http, request);
        return http;
    }

    /// <inheritdoc/>
    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        if (!Output.HasMembers)
        {
            input.Stream.CopyTo(Stream.Null); // read to its end, so that the connection can carry the next request
            return new TResponse();
        }
        if (input.IsEmptyResponse)
            return new TResponse();
        using var document = JsonDocument.Parse(input.Stream);
        return Output.Read(document.RootElement);
    }

    /// <inheritdoc/>
    public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode) =>
        _service.Errors.Create(ServiceError.Read(input, innerException, statusCode));

    /// <inheritdoc/>
    public override AmazonServiceException UnmarshallException(UnmarshallerContext input, Exception innerException, HttpStatusCode statusCode) =>
        UnmarshallException((JsonUnmarshallerContext)input, innerException, statusCode); // the base would put the header alone in place of the request's id

    private static void SetPayload(DefaultRequest http, MemoryStream? payload)
    {
        http.ContentStream = payload ?? new MemoryStream();
        http.Headers["Content-Length"] = (http.ContentStream.Length - http.ContentStream.Position).ToString(CultureInfo.InvariantCulture);
        http.Headers["Content-Type"] = "application/octet-stream";
    }

    private void SetBody(DefaultRequest http, TRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            Input.Write(json, request);
        http.Content = buffer.WrittenSpan.ToArray();
        http.Headers["Content-Type"] = _service.TargetPrefix is null ? "application/json" : "application/x-amz-json-1.0";
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
