namespace CloudKick.Faults.Tests.Experiments;

/// <summary>A directory that is gone with all that is in it when the experiment is over, however it ends.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("cloudkick-faults-").FullName;

    /// <summary>Where a file in it is.</summary>
    public string Combine(string file) => System.IO.Path.Combine(Path, file);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
