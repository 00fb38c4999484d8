using CloudKick.Opi.Xml;

namespace CloudKick.Opi;

/// <summary>
/// What a vendor adds to a response. OPI leaves the content open; these are the values CloudKick knows,
/// and firmware may send none of them.
/// </summary>
public sealed record PrivateData
{
    /// <summary>The kick that made the terminal connect.</summary>
    public string? KickId { get; init; }

    /// <summary>The version of the terminal's software, for example <c>14.0.11.01</c>.</summary>
    public string? FirmwareVersion { get; init; }

    /// <summary>The terminal's model.</summary>
    public string? Model { get; init; }

    internal static PrivateData Read(OpiXmlReader reader)
    {
        string? kickId = null, firmwareVersion = null, model = null;
        foreach (var child in reader.Children())
        {
            switch (child)
            {
                case nameof(KickId): kickId = reader.Text(); break;
                case nameof(FirmwareVersion): firmwareVersion = reader.Text(); break;
                case nameof(Model): model = reader.Text(); break;
            }
        }

        return new PrivateData { KickId = kickId, FirmwareVersion = firmwareVersion, Model = model };
    }

    internal void Write(OpiXmlWriter writer)
    {
        writer.Start(nameof(PrivateData));
        writer.Element(nameof(KickId), KickId);
        writer.Element(nameof(FirmwareVersion), FirmwareVersion);
        writer.Element(nameof(Model), Model);
        writer.End();
    }
}
