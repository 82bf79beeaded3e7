"""A thread that stands still."""
import ctypes
import os
import time

from kinds import untimed

PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207


@untimed
def hold_thread(process, name):
    """Stops one thread of a process and no other, until this ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    for thread in os.listdir(f"/proc/{process}/task"):
        if open(f"/proc/{process}/task/{thread}/comm", encoding="ascii").read().strip().endswith(name):
            for request in PTRACE_SEIZE, PTRACE_INTERRUPT:
                if libc.ptrace(request, int(thread), None, None) != 0:
                    raise OSError(ctypes.get_errno(), f"ptrace of thread {thread}")
            print("held", flush=True)
            time.sleep(600)
    raise SystemExit(f"no thread {name}")
