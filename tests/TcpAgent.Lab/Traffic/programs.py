"""Programs in the kernel that drop packets: loaded by bpf(2), so that no compiler is needed."""
import ctypes
import os
import platform
import socket
import struct
import subprocess
import tempfile
import time

from clock import until_the_end
from kinds import timed, untimed

PROG_LOAD, OBJ_PIN, PROG_ATTACH = 5, 6, 8
CGROUP_SKB, SCHED_CLS, XDP = 8, 3, 6
CGROUP_INET_INGRESS = 0
NR_BPF = {"x86_64": 321, "aarch64": 280}


def instruction(code, registers=0, offset=0, value=0):
    return struct.pack("=BBhi", code, registers, offset, value)


RANDOM_BIT = instruction(0x85, value=7) + instruction(0x57, value=1)            # call bpf_get_prandom_u32; r0 &= 1
EXIT = instruction(0x95)
HALF_OF_TC = RANDOM_BIT + instruction(0x67, value=1) + EXIT                     # r0 <<= 1: 0 is TC_ACT_OK, 2 TC_ACT_SHOT
HALF_OF_XDP = RANDOM_BIT + instruction(0x07, value=1) + EXIT                    # r0 += 1: 1 is XDP_DROP, 2 XDP_PASS
NOTHING = instruction(0xb7) + EXIT                                              # r0 = 0: cgroup programs drop


def bpf(command, *attributes):
    block = b"".join(attributes)
    buffer = ctypes.create_string_buffer(block, len(block))
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(NR_BPF[platform.machine()], command, buffer, len(block))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"bpf command {command}: {os.strerror(ctypes.get_errno())}")
    return result


def load(kind, code):
    instructions, licence = ctypes.create_string_buffer(code, len(code)), ctypes.create_string_buffer(b"GPL")
    return bpf(PROG_LOAD, struct.pack("=IIQQ", kind, len(code) // 8, ctypes.addressof(instructions), ctypes.addressof(licence)), bytes(24))


def mounted(kind):
    """ip netns exec has made the mounts this process' own."""
    folder = tempfile.mkdtemp(prefix="lab-")
    subprocess.run(["mount", "-t", kind, "none", folder], check=True)
    return folder


@untimed
def drop_half(device, hook):
    """* Attaches to a device a program that drops half of what comes in. HOOK is tc or xdp. It stays when this ends."""
    folder = mounted("bpf")
    pinned = f"{folder}/program"
    path = ctypes.create_string_buffer(pinned.encode())
    program = load(*((XDP, HALF_OF_XDP) if hook == "xdp" else (SCHED_CLS, HALF_OF_TC)))
    bpf(OBJ_PIN, struct.pack("=QII", ctypes.addressof(path), program, 0))
    if hook == "xdp":
        subprocess.run(["ip", "link", "set", "dev", device, "xdpgeneric", "pinned", pinned], check=True)
    else:
        subprocess.run(["tc", "qdisc", "add", "dev", device, "clsact"], check=True)
        subprocess.run(["tc", "filter", "add", "dev", device, "ingress", "bpf", "direct-action", "object-pinned", pinned], check=True)
    subprocess.run(["umount", folder], check=True)
    os.rmdir(folder)


@timed
def listen_forbidden(address, port, backlog):
    """Listens in a control group of its own, a program on which drops all that comes in. The group goes when this ends, killed or not."""
    folder = mounted("cgroup2")
    group = f"{folder}/lab-{os.getpid()}"
    os.mkdir(group)
    remove_afterwards(folder, group)
    descriptor = os.open(group, os.O_RDONLY)
    bpf(PROG_ATTACH, struct.pack("=IIII", descriptor, load(CGROUP_SKB, NOTHING), CGROUP_INET_INGRESS, 0))
    with open(f"{group}/cgroup.procs", "w", encoding="ascii") as members:
        members.write(str(os.getpid()))
    one = socket.socket()
    one.bind((address, int(port)))
    one.listen(int(backlog))
    print("ready", flush=True)
    until_the_end()


def remove_afterwards(folder, group):
    """A child outside the group sees the end of a pipe when this process ends."""
    read, write = os.pipe()
    if os.fork():
        os.close(read)
        return
    os.setsid()
    os.close(write)
    os.read(read, 1)
    for _ in range(100):
        try:
            os.rmdir(group)
            break
        except OSError:
            time.sleep(0.05)
    subprocess.run(["umount", folder], check=False)
    os.rmdir(folder)
    os._exit(0)
