using System.Diagnostics;

namespace TcpAgent.Lab.Scenarios;

/// <summary>
/// A setting of the whole host, lowered for moments. A shell that waits for the end of its input puts the old value back: when
/// disposed, and also when this process is killed, since then its end of the pipe closes.
/// </summary>
sealed class HostSetting : IDisposable
{
    readonly string _path;
    readonly string _old;
    readonly Process _guard;

    internal HostSetting(string name, string value)
    {
        _path = $"/proc/sys/{name.Replace('.', '/')}";
        _old = File.ReadAllText(_path);
        _guard = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "trap '' HUP INT TERM; cat; printf %s \"$1\" > \"$0\"", _path, _old])
        {
            RedirectStandardInput = true,
        })!;
        File.WriteAllText(_path, value);
    }

    public void Dispose()
    {
        _guard.StandardInput.Close();
        _guard.WaitForExit();
        _guard.Dispose();
        Assert.Equal(_old, File.ReadAllText(_path));
    }
}
