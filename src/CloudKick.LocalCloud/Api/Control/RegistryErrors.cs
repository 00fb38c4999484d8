namespace CloudKick.LocalCloud;

/// <summary>The registry's refusals as AWS's control plane says them.</summary>
internal static class RegistryErrors
{
    public static ApiError ToApiError(this RegistryException exception) =>
        new(Status(exception.Fault), $"{exception.Fault}Exception", exception.Message) { ResourceArn = exception.ResourceArn, ResourceId = exception.ResourceId };

    private static int Status(RegistryFault fault) => fault switch
    {
        RegistryFault.ResourceNotFound => 404,
        RegistryFault.CertificateState => 406,
        RegistryFault.ResourceAlreadyExists or RegistryFault.VersionsLimitExceeded or RegistryFault.DeleteConflict or RegistryFault.VersionConflict => 409,
        RegistryFault.LimitExceeded => 410,
        _ => 400,
    };
}
