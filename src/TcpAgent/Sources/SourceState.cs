using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The sampler's knowledge of a source: the result of its last read, and the instances that show it.</summary>
sealed class SourceState(Source source)
{
    string? _mode;

    internal Source Source { get; } = source;

    internal Instance Instance { get; } = new(source.Name, ("source", source.Name));

    /// <summary>The interface by which the source is read, or why it is not; null if there is only one and it works.</summary>
    internal Instance? ModeInstance { get; private set; }

    /// <summary>The place and reason of the last failure.</summary>
    internal Instance? Error { get; private set; }

    internal ReadStatus Status { get; private set; }

    internal bool Read { get; private set; }

    /// <summary>Nanoseconds the last read took.</summary>
    internal long Duration { get; private set; }

    internal bool Failing => Status.Outcome is Outcome.Failed or Outcome.Partial;

    /// <summary>
    /// Stores the result of a read. Returns true when the source's state changed: it started or stopped failing or existing, or fails for
    /// another reason. Only then are texts created.
    /// </summary>
    internal bool Update(ReadStatus status, long duration)
    {
        Duration = duration;
        var mode = status.Outcome switch
        {
            Outcome.Absent => "absent",
            Outcome.Denied => "denied",
            Outcome.Failed => "failed",
            _ => Source.HasFallback ? Source.Mode : "",
        };
        if (!ReferenceEquals(mode, _mode))
            ModeInstance = mode.Length == 0 ? null : new Instance(Source.Name, ("source", Source.Name), ("mode", mode));
        _mode = mode;

        // The line in a torn file may differ between reads; that is not a change of state.
        var changed = !Read || status with { Line = 0 } != Status with { Line = 0 };
        if (changed && status.Outcome is Outcome.Failed or Outcome.Partial)
            Error = new Instance(Source.Name, ("source", Source.Name), ("reason", status.Reason));
        Status = status;
        Read = true;
        return changed;
    }
}
