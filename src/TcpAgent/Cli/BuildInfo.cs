using System.Reflection;
using System.Runtime.InteropServices;

namespace TcpAgent.Cli;

/// <summary>Version and revision as the build wrote them into the assembly, "0.1.0+REVISION".</summary>
static class BuildInfo
{
    static readonly string s_full =
        typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    internal static string Version => s_full.Split('+')[0];

    internal static string Revision => s_full.Split('+') is [_, var revision, ..] ? revision : "unknown";

    /// <summary>Where the documentation is published.</summary>
    internal const string Docs = "https://tcp-agent.example/docs/";

    internal static string Describe() =>
        $"""
        tcp-agent, version {Version} (revision: {Revision})
          runtime:  {RuntimeInformation.FrameworkDescription}
          platform: {RuntimeInformation.RuntimeIdentifier}
        """;
}
