using TcpAgent.Sources;

namespace TcpAgent.Tests.Support;

static class StatusFacts
{
    /// <summary>The status of a read; <paramref name="file"/> is the end of the place that it names.</summary>
    internal static void Shows(this ReadStatus status, Outcome outcome, int? line = null, int? errno = null, string? file = null)
    {
        new Facts("status").Is<Outcome>(outcome, status.Outcome).Is<int>(line, status.Line).Is<int>(errno, status.Errno).Verify();
        if (file is not null)
            Assert.EndsWith(file, status.Where, StringComparison.Ordinal);
    }
}
