using System.Diagnostics;
using System.Text;

namespace TcpAgent.Lab.Support;

/// <summary>A process of the test's own, ended by its id whatever happens.</summary>
sealed class Child : IAsyncDisposable
{
    readonly Process _process;
    readonly StringBuilder _output = new();

    Child(Process process) => _process = process;

    internal int Id => _process.Id;

    internal bool HasExited => _process.HasExited;

    /// <summary>Standard output and error together, so far.</summary>
    internal string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    internal static Child Start(string file, IEnumerable<string> arguments, IDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var child = new Child(Process.Start(start)!);
        child._process.StandardInput.Close();
        child._process.OutputDataReceived += child.Keep;
        child._process.ErrorDataReceived += child.Keep;
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs to the end and returns standard output; anything but the expected exit code fails the test.</summary>
    internal static async Task<string> Run(string file, params string[] arguments) => (await RunFor(0, null, file, arguments)).Output;

    internal static async Task<(string Output, string Error)> RunFor(int exitCode, string? input, string file, params string[] arguments)
    {
        var (code, output, error) = await RunToEnd(input, file, arguments);
        Assert.True(code == exitCode, $"{file} {string.Join(' ', arguments)}: exit {code}\n{error}");
        return (output, error);
    }

    /// <summary>Runs to the end, whatever the exit code.</summary>
    internal static async Task<(int Code, string Output)> RunAny(string file, params string[] arguments)
    {
        var (code, output, _) = await RunToEnd(null, file, arguments);
        return (code, output);
    }

    static async Task<(int Code, string Output, string Error)> RunToEnd(string? input, string file, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(5));
        return (process.ExitCode, await output, await error);
    }

    internal async Task Signal(string name) => await Run("/bin/kill", $"-{name}", $"{Id}");

    internal async Task<int> Exited(TimeSpan within)
    {
        await _process.WaitForExitAsync().WaitAsync(within);
        return _process.ExitCode;
    }

    void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
            _output.Append(line.Data).Append('\n');
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
