using CloudKick.AwsIot.Control;

namespace CloudKick.Cli.Doctor.Cloud;

/// <summary>Whether the account's data endpoint is the one that the relay uses.</summary>
internal sealed class EndpointCheck(IAmazonIoT iot, string host, int port)
{
    public const string Name = "endpoint";
    public const string WhenSilent = "AWS's iot API does not answer: see `cloudkick doctor network`, and whether a proxy is set in the environment.";

    private const string EndpointType = "iot:Data-ATS";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        string? told;
        try
        {
            told = (await iot.DescribeEndpointAsync(new DescribeEndpointRequest { EndpointType = EndpointType }, cancellationToken)).EndpointAddress;
        }
        catch (Exception exception) when (AwsFault.Explains(exception))
        {
            var fault = AwsFault.Of(exception, "iot:DescribeEndpoint on *", "Allow it for these credentials; for the relay's role terraform/modules/policies/role.tf does (statement WithoutResource).");
            return Finding.Failed(Name, fault.Evidence, fault.Fix);
        }
        return Judge(told ?? "", host, port);
    }

    /// <summary>Compares what AWS says with the settings. Pure.</summary>
    public static Finding Judge(string told, string host, int port)
    {
        var (name, toldPort) = told.Split(':', 2) is [var before, var after] ? (before, after) : (told, null);
        return name.Equals(host, StringComparison.OrdinalIgnoreCase) && (toldPort is null || toldPort == $"{port}")
            ? Finding.Ok(Name, $"{told} is this account's data endpoint ({EndpointType}), as in the settings")
            : Finding.Failed(
                Name, $"This account's data endpoint ({EndpointType}) is {told}, and the settings have {host}:{port}",
                $"Set CloudKick__Mqtt__Host to {told}, or take credentials of the account and region that {host} is of.");
    }
}
