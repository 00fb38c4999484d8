using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// The few files that pages need, <c>Admin/Assets</c>, out of the program itself. Their addresses carry a hash of their content, so that
/// browsers keep them for ever and get a new release's at once.
/// </summary>
internal sealed class Assets
{
    private const string ResourcePrefix = "assets/";
    private const string Forever = "public, max-age=31536000, immutable";

    private readonly FrozenDictionary<string, Asset> _assets;

    public Assets()
    {
        var assembly = typeof(Assets).Assembly;
        var types = new FileExtensionContentTypeProvider();
        _assets = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[ResourcePrefix.Length..], name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                using var bytes = new MemoryStream();
                stream.CopyTo(bytes);
                return new Asset(bytes.ToArray(), types.TryGetContentType(name, out var type) ? type : "application/octet-stream");
            }, StringComparer.Ordinal);
    }

    /// <summary>The address of a file.</summary>
    /// <exception cref="KeyNotFoundException">There is no such file.</exception>
    public string Url(string name) => $"/assets/{name}?v={_assets[name].Version}";

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/assets/{name}", [HttpMethods.Get, HttpMethods.Head], Answer).AllowAnonymous().ExcludeFromDescription();

    private IResult Answer(string name, HttpContext context)
    {
        if (!_assets.TryGetValue(name, out var asset))
            return TypedResults.NotFound();
        var headers = context.Response.Headers;
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.XContentTypeOptions = "nosniff";
        if (context.Request.Query["v"] == asset.Version)
            headers.CacheControl = Forever;
        var zipped = context.Request.GetTypedHeaders().AcceptEncoding.Any(encoding => encoding.Value == "gzip" && encoding.Quality is not 0);
        if (zipped)
            headers.ContentEncoding = "gzip";
        return TypedResults.Bytes(zipped ? asset.Zipped : asset.Bytes, asset.ContentType, entityTag: new EntityTagHeaderValue($"\"{asset.Version}{(zipped ? "-z" : "")}\""));
    }

    private sealed class Asset(byte[] bytes, string contentType)
    {
        private const int VersionLength = 16;

        public byte[] Bytes { get; } = bytes;

        public byte[] Zipped { get; } = Zip(bytes);

        public string ContentType { get; } = contentType.StartsWith("text/", StringComparison.Ordinal) ? contentType + "; charset=utf-8" : contentType;

        public string Version { get; } = Convert.ToHexStringLower(SHA256.HashData(bytes))[..VersionLength];

        private static byte[] Zip(byte[] bytes)
        {
            using var zipped = new MemoryStream();
            using (var gzip = new GZipStream(zipped, CompressionLevel.SmallestSize))
                gzip.Write(bytes);
            return zipped.ToArray();
        }
    }
}
