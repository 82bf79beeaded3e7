"""Runs in the guest: faults of a whole host, which no test may cause on a machine that does other work. One line of JSON for each."""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

AGENT, PORT = "/lab/tcp-agent", 10793
CPU = pathlib.Path("/sys/devices/system/cpu/cpu1/online")
GROUPS = pathlib.Path("/sys/fs/cgroup")
MIB = 1 << 20
HISTORY = "/run/history.ring"


def get(path, timeout=20):
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=timeout) as answer:
        return answer.read().decode()


def metrics():
    return {series: float(value) for series, value in re.findall(r"^([^#\s]\S*(?:\{.*\})?) (\S+)$", get("/metrics"), re.M)}


class Daemon:
    """The agent, perhaps in a control group, ready when it is entered."""

    def __init__(self, group=None, **environment):
        self.group, self.environment = group, environment

    def __enter__(self):
        enter = f"echo $$ >{self.group}/cgroup.procs; " if self.group else ""
        self.process = subprocess.Popen(
            ["sh", "-c", f"{enter}exec {AGENT} serve --history.file={HISTORY}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | self.environment)
        wait(lambda: get("/-/ready"))
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    @property
    def lives(self):
        return self.process.poll() is None


def wait(holds, seconds=120):
    end = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except OSError:
            pass
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.2)


def later(samples):
    """After a number of further samples."""
    first = metrics()["tcpagent_samples_total"]
    wait(lambda: metrics()["tcpagent_samples_total"] >= first + samples)
    return metrics()


def processed():
    """By CPU, from the kernel itself: column 0 is processed, column 12 the CPU (softnet_seq_show)."""
    rows = [line.split() for line in pathlib.Path("/proc/net/softnet_stat").read_text().splitlines()]
    return {int(row[12], 16): int(row[0], 16) for row in rows}


def load():
    """Loopback packets on every CPU in turn, whichever are there."""
    one, number = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0
    while True:
        try:
            os.sched_setaffinity(0, {number % 2})
        except OSError:
            pass
        number += 1
        for _ in range(20):
            one.sendto(b"x", ("127.0.0.1", 9))
            time.sleep(0.005)


def softnet(text):
    return {int(cpu): int(value) for cpu, value in re.findall(r'^tcpagent_softnet_processed_total{cpu="(\d+)"} (\d+)$', text, re.M)}


def cpu_goes_and_returns():
    """Packets are received on both all the time. No counter may fall, or be ahead of the kernel's."""
    mistakes, seen = [], []
    with Daemon() as daemon, subprocess.Popen(["python3", __file__, "load"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as packets:
        last = later(3)
        for value in ("0", "1", "0", "1"):
            CPU.write_text(value)
            for _ in range(4):
                now = later(1)
                mistakes += [f"fell: {series}" for series, one in now.items() if "_total" in series and one < last.get(series, 0)]
                mistakes += [f"failed: {series}" for series, one in now.items() if series.startswith("tcpagent_source_success") and one != 1]
                last = now
            text, kernel = get("/metrics"), processed()
            mistakes += [f"ahead: cpu {cpu}" for cpu, one in softnet(text).items() if one > kernel[cpu]]
            seen.append(f"online {value}: CPUs {sorted(softnet(text))}")
            if sorted(softnet(text)) != sorted(kernel):
                mistakes.append(f"the kernel has {sorted(kernel)}")
        verdict = json.loads(get("/api/v1/why"))
        state = next(one["state"] for one in verdict["resources"] if one["resource"] == "softnet_backlog")
        mistakes += [] if state == "ok" else [f"softnet_backlog is {state}"]
        missed, lives = metrics()["tcpagent_samples_missed_total"], daemon.lives
        packets.kill()
    return not mistakes and lives, f"{'; '.join(seen)}; missed {missed:.0f}; {mistakes[:5]}"


def group(name, limit, parent=GROUPS):
    (parent / "cgroup.subtree_control").write_text("+memory")
    folder = parent / name
    folder.mkdir()
    (folder / "memory.max").write_text(str(limit))
    return folder


def client(path, stop, counts, stalls):
    while not stop.is_set():
        one = socket.socket()
        try:
            one.settimeout(15)
            one.connect(("127.0.0.1", PORT))
            one.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            if stalls:
                stop.wait()
                return
            whole = b""
            while part := one.recv(65536):
                whole = whole or part
            counts[path] += whole.startswith(b"HTTP/1.1 200")
        except OSError:
            pass
        finally:
            one.close()


def limit(mib, **environment):
    folder = group(f"limit{mib}", mib * MIB)
    stop, counts = threading.Event(), {"/metrics": 0, "/api/v1/history": 0}
    with Daemon(folder, **environment) as daemon:
        before = later(2)
        threads = [threading.Thread(target=client, args=(path, stop, counts, number >= 12)) for number, path in
                   enumerate(["/metrics", "/api/v1/history"] * 86)]
        for thread in threads:
            thread.start()
        socket_memory = 0
        end = time.monotonic() + 120
        for second in range(120):
            time.sleep(1)
            socket_memory = max(socket_memory, int(re.search(r"^sock (\d+)", (folder / "memory.stat").read_text(), re.M).group(1)))
            if second >= 15 and min(counts.values()) >= 3 or time.monotonic() > end:
                break
        stop.set()
        for thread in threads:
            thread.join()
        after = later(2)
        events = dict(line.split() for line in (folder / "memory.events").read_text().splitlines())
        lives, missed = daemon.lives, after["tcpagent_samples_missed_total"] - before["tcpagent_samples_missed_total"]
        peak = int((folder / "memory.peak").read_text()) / MIB if (folder / "memory.peak").exists() else float("nan")
    good = lives and events["oom_kill"] == "0" and min(counts.values()) >= 3
    return good, f"{counts} answered, peak {peak:.0f} MiB, sockets {socket_memory / MIB:.1f} MiB, at the limit {events['max']} times, missed {missed:.0f}"


def host_out_of_memory():
    """The kernel looks for the largest program of the host."""
    with Daemon() as daemon:
        before = later(2)
        hog = subprocess.run(["tail", "/dev/zero"], stderr=subprocess.DEVNULL, check=False)
        after = later(3)
        lives = daemon.lives
    killed = int(re.search(r"^oom_kill (\d+)", pathlib.Path("/proc/vmstat").read_text(), re.M).group(1))
    failed = [series for series, one in after.items() if series.startswith("tcpagent_source_success") and one != before[series]]
    missed = after["tcpagent_samples_missed_total"] - before["tcpagent_samples_missed_total"]
    return lives and hog.returncode == -9 and not failed, f"{killed} killed, the hog by signal {-hog.returncode}, missed {missed:.0f} {failed}"


FAULTS = [
    ("a CPU goes and returns, twice", cpu_goes_and_returns),
    ("cgroup v2, 64 MiB", lambda: limit(64)),
    ("cgroup v2, 96 MiB", lambda: limit(96)),
    ("cgroup v2, 192 MiB with the unit's heap", lambda: limit(192, DOTNET_GCHeapHardLimit="4000000", DOTNET_PROCESSOR_COUNT="1")),
    ("the host is out of memory", host_out_of_memory),
]


def main():
    if sys.argv[1:] == ["load"]:
        load()
    subprocess.run(["mount", "-t", "cgroup2", "c", GROUPS], check=True)
    for name, cause in FAULTS:
        try:
            good, detail = cause()
        except Exception as error:  # one that cannot be caused says so and the next is tried
            good, detail = False, f"{type(error).__name__}: {error}".replace("\n", " ")[:300]
        print("MATRIX " + json.dumps({"scenario": name, "expected": "ok", "concluded": "ok" if good else "not ok", "detail": detail}), flush=True)


main()
