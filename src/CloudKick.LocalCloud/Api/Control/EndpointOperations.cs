namespace CloudKick.LocalCloud;

/// <summary>DescribeEndpoint of AWS's control plane.</summary>
/// <param name="endpoint">The data endpoint's host and port.</param>
/// <param name="gate">Asks policies.</param>
internal sealed class EndpointOperations(Func<string> endpoint, ApiGate gate)
{
    public IEnumerable<ApiOperation> Operations => [new("GET", "/endpoint", ApiPlane.Control, DescribeEndpointAsync)];

    private Task DescribeEndpointAsync(ApiCall call)
    {
        gate.Demand(call, "iot:DescribeEndpoint", "*");
        // Without a type AWS means the legacy iot:Data, which it refuses where an account is new; LocalCloud has but one endpoint.
        if (call.Query("endpointType") is not (null or "" or "iot:Data-ATS" or "iot:Data"))
            throw new ApiException(ApiError.InvalidRequest($"LocalCloud has no endpoint of type {call.Query("endpointType")}; it has iot:Data-ATS."));
        return call.AnswerAsync(new EndpointAnswer(endpoint()), ControlJson.Default.EndpointAnswer);
    }
}
