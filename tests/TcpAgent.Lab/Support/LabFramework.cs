using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("TcpAgent.Lab.Support.LabFramework", "TcpAgent.Lab")]

namespace TcpAgent.Lab.Support;

/// <summary>
/// xunit's own, but that the agent is published before the first test: conditions that a test has made would not wait for it.
/// </summary>
public sealed class LabFramework(IMessageSink messages) : XunitTestFramework(messages)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink messages)
        : XunitTestFrameworkExecutor(assembly, sources, messages)
    {
        [SuppressMessage("Design", "CA1031", Justification = "each test that needs the executable gets the reason")]
        protected override async void RunTestCases(
            IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            await Task.Run(() =>
            {
                try
                {
                    _ = Published.Own;
                }
                catch (Exception)
                {
                    // Kept by the Lazy, and thrown in each of those tests.
                }
            });
            base.RunTestCases(testCases, executionMessageSink, executionOptions);
        }
    }
}
