namespace CloudKick.Opi;

/// <summary>
/// An <c>OverallResult</c>. Compared without regard to case, because terminals differ in it; a value
/// that is not in the list is kept as it came and is not a success.
/// </summary>
public readonly struct OpiResult : IEquatable<OpiResult>
{
    private readonly string? _value;

    /// <param name="value">The result as it stands in the message.</param>
    public OpiResult(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        _value = value;
    }

    /// <summary>The request was carried out.</summary>
    public static OpiResult Success { get; } = new("Success");

    /// <summary>The request was not carried out.</summary>
    public static OpiResult Failure { get; } = new("Failure");

    /// <summary>The previous ticket was not delivered and must be reprinted first (Dutch dialect).</summary>
    public static OpiResult PrintLastTicket { get; } = new("PrintLastTicket");

    /// <summary>The terminal is updating or not ready.</summary>
    public static OpiResult DeviceUnavailable { get; } = new("DeviceUnavailable");

    /// <summary>Another request is being carried out.</summary>
    public static OpiResult Busy { get; } = new("Busy");

    /// <summary>The terminal is not activated.</summary>
    public static OpiResult LoggedOut { get; } = new("Loggedout");

    /// <summary>Cancelled by cardholder or cashier.</summary>
    public static OpiResult Aborted { get; } = new("Aborted");

    /// <summary>Nobody acted in time.</summary>
    public static OpiResult TimedOut { get; } = new("TimedOut");

    /// <summary>A host or a peer could not be reached.</summary>
    public static OpiResult CommunicationError { get; } = new("CommunicationError");

    /// <summary>The root or an enumeration is wrong.</summary>
    public static OpiResult FormatError { get; } = new("FormatError");

    /// <summary>The document is not XML.</summary>
    public static OpiResult ParsingError { get; } = new("ParsingError");

    /// <summary>A value is not valid.</summary>
    public static OpiResult ValidationError { get; } = new("ValidationError");

    /// <summary>A mandatory field is absent.</summary>
    public static OpiResult MissingMandatoryData { get; } = new("MissingMandatoryData");

    /// <summary>The message is not supported.</summary>
    public static OpiResult NotSupported { get; } = new("NotSupported");

    /// <summary>The text of the result; <c>Failure</c> for the default value.</summary>
    public string Value => _value ?? "Failure";

    /// <inheritdoc />
    public bool Equals(OpiResult other) => Value.Equals(other.Value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is OpiResult other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Value);

    /// <inheritdoc />
    public override string ToString() => Value;

    /// <summary>Equal but for case.</summary>
    public static bool operator ==(OpiResult left, OpiResult right) => left.Equals(right);

    /// <summary>Different by more than case.</summary>
    public static bool operator !=(OpiResult left, OpiResult right) => !left.Equals(right);
}
