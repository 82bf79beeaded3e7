using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("TcpAgent.Tests.Support.UnitFramework", "TcpAgent.Tests")]

namespace TcpAgent.Tests.Support;

/// <summary>xunit's framework, except that a slow class without a category fails, so that make test-unit stays quick.</summary>
public sealed class UnitFramework(IMessageSink messages) : XunitTestFramework(messages)
{
    /// <summary>
    /// For the tests of a class together, if they have no category. The slowest class takes a quarter of it on an idle machine.
    /// </summary>
    const int LimitSeconds = 20;

    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink messages)
        : XunitTestFrameworkExecutor(assembly, sources, messages)
    {
        protected override void RunTestCases(
            IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions) =>
            base.RunTestCases(
                testCases, Debugger.IsAttached ? executionMessageSink : new TimeKeeper(executionMessageSink), executionOptions);
    }

    sealed class TimeKeeper(IMessageSink next) : LongLivedMarshalByRefObject, IMessageSink
    {
        static readonly string s_message = $"with this test its class has taken more than {LimitSeconds} s and has no category: slow";

        readonly Dictionary<string, decimal> _seconds = [];
        readonly HashSet<string> _reported = [];

        public bool OnMessage(IMessageSinkMessage message) => next.OnMessage(message is ITestPassed test && IsTooSlow(test)
            ? new TestFailed(test.Test, test.ExecutionTime, test.Output, new XunitException(s_message))
            : message);

        /// <summary>The test with which its class exceeds the limit.</summary>
        bool IsTooSlow(ITestPassed test)
        {
            if (test.TestCase.Traits.ContainsKey("Category"))
                return false;
            var name = test.TestClass.Class.Name;
            var seconds = _seconds[name] = _seconds.GetValueOrDefault(name) + test.ExecutionTime;
            return seconds > LimitSeconds * Math.Max(1, Load() / Environment.ProcessorCount) && _reported.Add(name);
        }

        /// <summary>Running and runnable tasks (proc_loadavg(5)): on a busy machine everything takes longer.</summary>
        static decimal Load() => decimal.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
