namespace TcpAgent.Cli;

/// <summary>What is known of a limit that was not there.</summary>
enum WhatIfOutcome
{
    /// <summary>Neither what was used and lost nor a bound of it is known.</summary>
    CannotTell,

    /// <summary>Nothing would have been lost.</summary>
    Enough,

    /// <summary>Some of the losses may have remained.</summary>
    Perhaps,

    /// <summary>At least as much would have been lost.</summary>
    NoBetter,

    /// <summary>Nothing was lost, but the peak would not have had its place.</summary>
    TooLow,
}
