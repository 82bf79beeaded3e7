namespace TcpAgent.Resources;

static class Linter
{
    internal static IReadOnlyList<Finding> Check(SampleView view) => [];
}
