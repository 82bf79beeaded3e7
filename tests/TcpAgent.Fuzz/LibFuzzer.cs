using System.Runtime.InteropServices;

namespace TcpAgent.Fuzz;

/// <summary>
/// LLVM's libFuzzer as a shared library (make fuzz links it from clang's runtime): it mutates the corpus, calls the target in this
/// process and keeps what reaches new code.
/// </summary>
static partial class LibFuzzer
{
    /// <summary>A counter's entry in libFuzzer's table of places: an address and flags.</summary>
    const int PlaceLength = 2 * sizeof(long);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int Callback(IntPtr data, nuint length);

    /// <summary>
    /// Returns when libFuzzer's limit of time or runs is reached. An exception of the target ends the process; libFuzzer keeps the input.
    /// </summary>
    internal static int Run(string[] arguments, Action<byte[]> target)
    {
        // make fuzz runs in the repository's folder and starts this program there.
        NativeLibrary.SetDllImportResolver(
            typeof(LibFuzzer).Assembly, (_, _, _) => NativeLibrary.Load(Path.GetFullPath("artifacts/fuzz/libfuzzer.so")));
        RegisterCounters();
        Callback callback = (data, length) =>
        {
            var input = new byte[length];
            Marshal.Copy(data, input, 0, input.Length);
            Coverage.BeginInput();
            try
            {
                target(input);
            }
            catch (Exception e)
            {
                Console.Error.WriteLine(e);
                Environment.Exit(1);
            }
            return 0;
        };
        var argv = Marshal.AllocHGlobal((arguments.Length + 2) * IntPtr.Size);
        var all = (string[])[Environment.ProcessPath!, .. arguments];
        for (var i = 0; i < all.Length; i++)
            Marshal.WriteIntPtr(argv, i * IntPtr.Size, Marshal.StringToHGlobalAnsi(all[i]));
        Marshal.WriteIntPtr(argv, all.Length * IntPtr.Size, IntPtr.Zero);
        var argc = all.Length;
        var result = LLVMFuzzerRunDriver(ref argc, ref argv, Marshal.GetFunctionPointerForDelegate(callback));
        GC.KeepAlive(callback);
        return result;
    }

    /// <summary>The counters, and an invented address for each: without one, libFuzzer does not report how many are covered.</summary>
    static void RegisterCounters()
    {
        __sanitizer_cov_8bit_counters_init(Coverage.Counters, Coverage.Counters + Coverage.Capacity);
        var places = GC.AllocateArray<byte>(Coverage.Capacity * PlaceLength, pinned: true);
        for (var i = 0; i < Coverage.Capacity; i++)
            BitConverter.TryWriteBytes(places.AsSpan(i * PlaceLength), i + 1L);
        var table = Marshal.UnsafeAddrOfPinnedArrayElement(places, 0);
        __sanitizer_cov_pcs_init(table, table + places.Length);
        s_places = places;
    }

    static byte[]? s_places;

    [LibraryImport("libfuzzer")]
    private static partial int LLVMFuzzerRunDriver(ref int argc, ref nint argv, nint callback);

    [LibraryImport("libfuzzer")]
    private static partial void __sanitizer_cov_8bit_counters_init(nint begin, nint end);

    [LibraryImport("libfuzzer")]
    private static partial void __sanitizer_cov_pcs_init(nint begin, nint end);
}
