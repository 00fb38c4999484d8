using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>
/// Deletes a thing (<c>DELETE /things/{thingName}</c>); one that is not there is no error, one with certificates attached is. Needs
/// <c>iot:DeleteThing</c>.
/// </summary>
public sealed class DeleteThingRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<DeleteThingRequest, DeleteThingResponse> Operation = new(
        AmazonIoTConfig.Model, "DeleteThing", "DELETE", "/things/{thingName}",
        new Input<DeleteThingRequest>()
            .Path("thingName", r => r.ThingName)
            .Query("expectedVersion", r => r.ExpectedVersion),
        new());

    /// <summary>Required.</summary>
    public string? ThingName { get; set; }

    /// <summary>Deleted only at this version.</summary>
    public long? ExpectedVersion { get; set; }
}

/// <summary>The thing is no more.</summary>
public sealed class DeleteThingResponse : AmazonWebServiceResponse;
