using System.Globalization;
using System.Text;
using System.Text.Json;
using CloudKick.Relay.Csv;

namespace CloudKick.Relay.Auditing;

/// <summary>Writes rows of the audit log as files, UTF-8, a row at a time.</summary>
internal static class AuditExport
{
    // So much is gathered before it is written.
    private const int FlushAt = 32 * 1024;

    /// <summary>CSV for spreadsheets, with a header line.</summary>
    public static async Task WriteCsvAsync(IAsyncEnumerable<AuditEntry> entries, Stream file, CancellationToken cancellationToken)
    {
        var csv = new StringBuilder().AppendHarmless("index", "at", "actor", "actorName", "action", "subject", "before", "after", "origin", "hash");
        await foreach (var entry in entries.WithCancellation(cancellationToken))
        {
            csv.AppendHarmless(
                entry.ChainIndex.ToString(CultureInfo.InvariantCulture), Moment(entry), entry.Actor, entry.ActorName ?? "", entry.Action, entry.Subject,
                entry.Before ?? "", entry.After ?? "", entry.Origin ?? "", entry.Hash);
            if (csv.Length < FlushAt)
                continue;
            await file.WriteAsync(Encoding.UTF8.GetBytes(csv.ToString()), cancellationToken);
            csv.Clear();
        }

        await file.WriteAsync(Encoding.UTF8.GetBytes(csv.ToString()), cancellationToken);
    }

    /// <summary>One JSON object a line.</summary>
    public static async Task WriteJsonLinesAsync(IAsyncEnumerable<AuditEntry> entries, Stream file, CancellationToken cancellationToken)
    {
        using var lines = new MemoryStream();
        await foreach (var entry in entries.WithCancellation(cancellationToken))
        {
            await using (var json = new Utf8JsonWriter(lines))
                Write(json, entry);
            lines.WriteByte((byte)'\n');
            if (lines.Length < FlushAt)
                continue;
            await file.WriteAsync(lines.GetBuffer().AsMemory(0, (int)lines.Length), cancellationToken);
            lines.SetLength(0);
        }

        await file.WriteAsync(lines.GetBuffer().AsMemory(0, (int)lines.Length), cancellationToken);
    }

    private static void Write(Utf8JsonWriter json, AuditEntry entry)
    {
        json.WriteStartObject();
        json.WriteNumber("index", entry.ChainIndex);
        json.WriteString("at", Moment(entry));
        json.WriteString("actor", entry.Actor);
        json.WriteString("actorName", entry.ActorName);
        json.WriteString("action", entry.Action);
        json.WriteString("subject", entry.Subject);
        foreach (var (name, state) in new[] { ("before", entry.Before), ("after", entry.After) })
        {
            json.WritePropertyName(name);
            json.WriteRawValue(state ?? "null");
        }

        json.WriteString("origin", entry.Origin);
        json.WriteString("hash", entry.Hash);
        json.WriteEndObject();
    }

    private static string Moment(AuditEntry entry) => entry.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
