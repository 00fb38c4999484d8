namespace CloudKick.LocalCloud;

/// <summary>A policy document that AWS would not take.</summary>
internal sealed class PolicySyntaxException(string message) : Exception(message);
