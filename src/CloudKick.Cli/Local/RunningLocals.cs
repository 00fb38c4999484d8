using System.Globalization;
using System.Text.Json;
using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Local;

/// <summary>
/// How commands find the <c>local</c> that runs: it keeps a file with its state, readable by its owner only, and a lock beside it
/// for as long as it runs. The operating system takes the lock away however the process ends, so a state without one is a leftover.
/// </summary>
internal sealed class RunningLocals(UserDirectory user)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Says that this process runs. Dispose the result when it stops.</summary>
    /// <exception cref="IOException">The user's directory cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public IDisposable Announce(LocalState state)
    {
        PrivateDirectories.CreateOpen(user.Root);
        PrivateDirectories.Create(user.Running);
        var path = Path.Combine(user.Running, state.ProcessId.ToString(CultureInfo.InvariantCulture) + ".json");
        var held = new FileStream(LockOf(path), FileMode.Create, FileAccess.Write, FileShare.None);
        PrivateFile.Write(path, JsonSerializer.Serialize(state, Json));
        return new Announcement(path, held);
    }

    /// <summary>All that run, the newest first. Clears away what dead ones left.</summary>
    public IReadOnlyList<LocalState> Find()
    {
        if (!Directory.Exists(user.Running))
            return [];
        return
        [
            .. Directory.EnumerateFiles(user.Running, "*.json")
                .Where(IsHeld)
                .Select(Read)
                .OfType<LocalState>()
                .OrderByDescending(state => state.StartedAt),
        ];
    }

    /// <summary>The one in this directory, or the newest when none is named; null when there is none.</summary>
    /// <param name="dataDirectory">What <c>--data</c> said, or null.</param>
    /// <param name="screen">Told when there was a choice.</param>
    public LocalState? Choose(string? dataDirectory, Screen screen)
    {
        var running = Find();
        if (dataDirectory is not null)
        {
            var wanted = Path.GetFullPath(dataDirectory);
            return running.FirstOrDefault(state => state.DataDirectory == wanted);
        }

        if (running.Count > 1)
            screen.Note($"{running.Count} of `cloudkick local` are running; this works with the one started last. Choose with --data: {string.Join(", ", running.Select(state => state.DataDirectory))}");
        return running.Count > 0 ? running[0] : null;
    }

    private static bool IsHeld(string path)
    {
        try
        {
            new FileStream(LockOf(path), FileMode.Open, FileAccess.Write, FileShare.None).Dispose();
        }
        catch (FileNotFoundException)
        {
            // A leftover without even its lock's file.
        }
        catch (IOException)
        {
            return true;
        }

        File.Delete(path);
        File.Delete(LockOf(path));
        return false;
    }

    private static string LockOf(string path) => Path.ChangeExtension(path, ".lock");

    private static LocalState? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<LocalState>(File.ReadAllText(path), Json);
        }
        catch (Exception gone) when (gone is IOException or JsonException)
        {
            return null; // it stops this moment, or is of another release
        }
    }

    private sealed class Announcement(string path, FileStream held) : IDisposable
    {
        public void Dispose()
        {
            File.Delete(path);
            File.Delete(held.Name);
            held.Dispose();
        }
    }
}
