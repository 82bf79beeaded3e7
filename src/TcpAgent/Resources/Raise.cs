namespace TcpAgent.Resources;

/// <summary>The mark to which use must have risen between two samples.</summary>
enum Raise
{
    No,
    ToLimit,

    /// <summary>The mark below the limit from which the resource is near it.</summary>
    ToPressure,
}
