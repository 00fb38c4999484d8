namespace CloudKick.AwsIot.Tests.Signing;

/// <summary>
/// Requests and signatures that AWS has published: the Signature Version 4 test suite, and ListUsers of the signing guide. All of 30 August 2015 in
/// us-east-1, with the access key AKIDEXAMPLE.
/// </summary>
internal static class PublishedExamples
{
    public const string AccessKey = "AKIDEXAMPLE";
    public const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    public const string Region = "us-east-1";
    public static readonly DateTime SignedAt = new(2015, 8, 30, 12, 36, 0, DateTimeKind.Utc);

    public static IEnumerable<Example> All =>
    [
        new("get-vanilla", "GET", "/", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        new("get-vanilla-query-order-key-case", "GET", "/", "Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        new("post-vanilla", "POST", "/", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        new("ListUsers", "GET", "/", "Action=ListUsers&Version=2010-05-08", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
        {
            Host = "iam.amazonaws.com",
            Service = "iam",
            ContentType = "application/x-www-form-urlencoded; charset=utf-8",
        },
        new("post-x-www-form-urlencoded", "POST", "/", "", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a")
        {
            ContentType = "application/x-www-form-urlencoded",
            Body = "Param1=value1",
        },
    ];
}

/// <summary>A request and its signature.</summary>
internal sealed record Example(string Name, string Method, string Path, string Query, string Signature)
{
    public string Host { get; init; } = "example.amazonaws.com";

    public string Service { get; init; } = "service";

    public string? ContentType { get; init; }

    public string Body { get; init; } = "";

    /// <summary>What is signed, names in lower case, in order.</summary>
    public SortedDictionary<string, string> Headers
    {
        get
        {
            var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = Host, ["x-amz-date"] = "20150830T123600Z" };
            if (ContentType is not null)
                headers["content-type"] = ContentType;
            return headers;
        }
    }

    public override string ToString() => Name;
}
