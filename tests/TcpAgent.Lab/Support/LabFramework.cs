using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using TcpAgent.Lab.Scenarios;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("TcpAgent.Lab.Support.LabFramework", "TcpAgent.Lab")]

namespace TcpAgent.Lab.Support;

/// <summary>
/// xunit's own, with two additions. The agent is published before the first test: conditions that a test has made would not wait for it.
/// Scenarios hear which of them will be asked for.
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
            var chosen = testCases.ToArray();
            SideBySide.Chosen = [.. chosen.Where(test => test.TestMethod.TestClass.Class.Name == typeof(ScenarioTests).FullName)
                .SelectMany(test => test.TestMethodArguments ?? []).OfType<string>()];
            await Task.Run(() =>
            {
                try
                {
                    _ = Published.Own;
                }
                catch (Exception)
                {
                    // The Lazy keeps it and throws it in each of those tests.
                }
            });
            base.RunTestCases(chosen, executionMessageSink, executionOptions);
        }
    }
}
