namespace TcpAgent.Resources;

/// <summary>To which mark the use must have risen between two samples.</summary>
enum Raise
{
    No,
    ToLimit,

    /// <summary>The mark below the limit from which the resource is near it.</summary>
    ToPressure,
}
