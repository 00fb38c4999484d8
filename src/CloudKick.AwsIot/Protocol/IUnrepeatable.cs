namespace CloudKick.AwsIot.Protocol;

/// <summary>
/// A request that makes another of what it makes each time, with nothing by which AWS could know it again. The SDK repeats it only after an
/// answer that says that nothing was done; what is to be done when there is no answer is the caller's to know.
/// </summary>
internal interface IUnrepeatable;
