namespace TcpAgent.Lab.Scenarios;

/// <summary>A setting of the whole host, lowered for moments; the old value comes back whatever happens.</summary>
sealed class HostSetting : IDisposable
{
    readonly string _path;
    readonly string _old;

    internal HostSetting(string name, string value)
    {
        _path = $"/proc/sys/{name.Replace('.', '/')}";
        _old = File.ReadAllText(_path);
        AppDomain.CurrentDomain.ProcessExit += Restore;
        File.WriteAllText(_path, value);
    }

    void Restore(object? sender, EventArgs e) => File.WriteAllText(_path, _old);

    public void Dispose()
    {
        File.WriteAllText(_path, _old);
        AppDomain.CurrentDomain.ProcessExit -= Restore;
    }
}
