namespace TcpAgent.Kernel;

/// <summary>
/// The place of the kernel's files. <paramref name="Live"/> says that <paramref name="ProcFs"/> is a mounted procfs: files then stay open,
/// and netlink answers for the same kernel. In a plain directory files are reopened for each read and netlink is off.
/// </summary>
sealed record KernelRoot(string ProcFs, string SysFs, bool Live)
{
    internal static KernelRoot At(string procFs, string sysFs) => new(procFs.TrimEnd('/'), sysFs.TrimEnd('/'), IsProcFs(procFs));

    internal ProcFile Proc(string name, int capacity = ProcFile.TableCapacity) => new($"{ProcFs}/{name}", capacity, keepOpen: Live);

    /// <summary>A table that the kernel returns as one record, whatever its length.</summary>
    internal ProcFile ProcRecord(string name) => new($"{ProcFs}/{name}", ProcFile.TableCapacity, keepOpen: Live, isRecord: true);

    internal ProcFile Sys(string name) => new($"{SysFs}/{name}", ProcFile.ValueCapacity, keepOpen: Live);

    static bool IsProcFs(string path)
    {
        try
        {
            return new DriveInfo(path).DriveFormat == "proc";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
