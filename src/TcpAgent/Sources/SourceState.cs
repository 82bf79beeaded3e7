using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>What the sampler knows of a source: how its last read went, and the instances that say so.</summary>
sealed class SourceState(Source source)
{
    string? _mode;

    internal Source Source { get; } = source;

    internal Instance Instance { get; } = new(source.Name, ("source", source.Name));

    /// <summary>By which interface the source is read, or why not; null where there is but one and it works.</summary>
    internal Instance? ModeInstance { get; private set; }

    /// <summary>Where and why it last failed.</summary>
    internal Instance? Error { get; private set; }

    internal ReadStatus Status { get; private set; }

    internal bool Read { get; private set; }

    /// <summary>Nanoseconds the last read took.</summary>
    internal long Duration { get; private set; }

    internal bool Failing => Status.Outcome is Outcome.Failed or Outcome.Partial;

    /// <summary>
    /// Takes the result of a read. True when the source's state changed: it began or ceased to fail or to be there, or fails
    /// for another reason. Only then are texts made.
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

        // The line of a torn file may differ from read to read: that is not another state.
        var changed = !Read || status with { Line = 0 } != Status with { Line = 0 };
        if (changed && status.Outcome is Outcome.Failed or Outcome.Partial)
            Error = new Instance(Source.Name, ("source", Source.Name), ("reason", status.Reason));
        Status = status;
        Read = true;
        return changed;
    }
}
