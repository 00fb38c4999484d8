using System.Net;
using Amazon.Runtime;

namespace CloudKick.AwsIot.Protocol;

/// <summary>The errors of one service, by AWS's names, and what stands for one that is not among them.</summary>
internal sealed class ServiceErrors
{
    private readonly Func<ServiceError, AmazonServiceException> _other;
    private readonly Dictionary<string, Modelled> _byCode;
    private readonly Dictionary<HttpStatusCode, Modelled> _byStatus;

    public ServiceErrors(Func<ServiceError, AmazonServiceException> other, params Modelled[] modelled)
    {
        _other = other;
        _byCode = modelled.ToDictionary(error => error.Code, StringComparer.Ordinal);
        _byStatus = modelled.GroupBy(error => error.Status).Where(ofStatus => ofStatus.Count() == 1).ToDictionary(ofStatus => ofStatus.Key, ofStatus => ofStatus.Single());
    }

    /// <summary>The errors of the service's model.</summary>
    public IReadOnlyCollection<Modelled> All => _byCode.Values;

    /// <summary>
    /// The exception for an error. One without a name (a gateway on the way answered, or AWS sent an empty body, as for a refused direct
    /// message) is taken for the only one that the model has with its HTTP status; its <see cref="AmazonServiceException.ErrorCode"/> stays empty.
    /// </summary>
    public AmazonServiceException Create(ServiceError error)
    {
        var modelled = error.Code is null ? _byStatus.GetValueOrDefault(error.Status) : _byCode.GetValueOrDefault(error.Code);
        return (modelled?.Create ?? _other)(error);
    }

    /// <summary>An error of the service's model.</summary>
    /// <param name="Code">Its name.</param>
    /// <param name="Status">The HTTP status that the model gives it; AWS's answer may have another.</param>
    /// <param name="Create">Makes the exception.</param>
    internal sealed record Modelled(string Code, HttpStatusCode Status, Func<ServiceError, AmazonServiceException> Create);
}
