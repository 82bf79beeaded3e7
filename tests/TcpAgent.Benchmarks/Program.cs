using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using TcpAgent.Benchmarks;

// In this process, because BenchmarkDotNet's own build would find neither the pinned packages nor the internals.
var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
var config = DefaultConfig.Instance.AddJob(job)
    .WithArtifactsPath(Repo.Path("artifacts", "benchmarks"));
BenchmarkSwitcher.FromAssembly(typeof(ParserBenchmarks).Assembly).Run(args, config);
