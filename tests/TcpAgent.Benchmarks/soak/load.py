"""The load of the soak: connections, listeners, devices and switches that come and go in the server's namespace.

Each function is a process of its own. How much load each makes depends on the time alone, so they need not communicate.
"""

import contextlib
import math
import os
import random
import resource
import socket
import subprocess
import sys
import time

from lab import ROOT, SERVER

TRAFFIC = os.path.join(ROOT, "tests", "TcpAgent.Lab", "Traffic", "traffic.py")
SHORT_PORTS, LONG_PORT, FLOODED_PORT, STUCK_PORT = range(7000, 7008), 7100, 7101, 7102
TRACKED_TIME_WAIT = "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait"
MOST_SHORT, MOST_LONG, MOST_LISTENERS, MOST_DEVICES = 1500, 5000, 300, 40  # the first each second


class Clock:
    """Cycles of a number of minutes: nine tenths busy, the last tenth quiet."""

    def __init__(self, minutes, cycle):
        self.start, self.cycle, self.cycles = time.monotonic(), cycle * 60, max(2, round(minutes / cycle))
        self.end = self.start + self.cycles * self.cycle

    def at(self):
        """How far through the busy part, 0 to 1; None while quiet."""
        at = (time.monotonic() - self.start) % self.cycle / self.cycle / 0.9
        return at if at < 1 else None

    def every(self, seconds):
        """Yields at() now and then until the end, in step with the clock."""
        due = time.monotonic()
        while time.monotonic() < self.end:
            yield self.at()
            due = max(due + seconds, time.monotonic() - 1)
            time.sleep(max(0, min(due, self.end) - time.monotonic()))


def connect(address, timeout=2):
    one = socket.socket(socket.AF_INET)
    one.settimeout(timeout)
    one.connect(address)
    return one


def drain(listener):
    """Takes what a failed attempt left; otherwise each later one would get the end of the one before."""
    listener.setblocking(False)
    with contextlib.suppress(OSError):
        while True:
            listener.accept()[0].close()
    listener.settimeout(2)


def short(lab, clock, totals):
    """Connections that the server closes at once, so TIME_WAIT is on its side. One process has both ends, so nothing waits for a scheduler."""
    with lab.inside(lab.server):
        listeners = [socket.create_server((SERVER, port), backlog=4096) for port in SHORT_PORTS]
    for one in listeners:
        one.settimeout(2)
    with lab.inside(lab.peer):
        owed = 0.0
        for at in clock.every(0.02):
            owed += 0 if at is None else 0.02 * MOST_SHORT * math.sin(3 * math.pi * at) ** 2
            for number in range(int(owed)):
                listener = listeners[number % len(listeners)]
                try:
                    with connect(listener.getsockname()) as client:
                        listener.accept()[0].close()
                        client.recv(1)
                except OSError:
                    totals.add("connects_failed")
                    drain(listener)
            totals.add("short", int(owed))
            owed -= int(owed)


def long(lab, clock, totals):
    """Connections that stay; a few of them send a little."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4 * MOST_LONG, 4 * MOST_LONG))
    with lab.inside(lab.server):
        listener = socket.create_server((SERVER, LONG_PORT), backlog=4096)
    listener.settimeout(2)
    pairs = []
    with lab.inside(lab.peer):
        for at in clock.every(0.1):
            wanted = 0 if at is None else int(MOST_LONG * math.sin(math.pi * at))
            for _ in range(min(200, wanted - len(pairs))):
                try:
                    pairs.append((connect(listener.getsockname()), listener.accept()[0]))
                    totals.add("long")
                except OSError:
                    totals.add("connects_failed")
            while len(pairs) > wanted:
                pair = pairs.pop(0)
                for one in pair if len(pairs) % 2 else pair[::-1]:
                    one.close()
            for client, server in random.sample(pairs, min(20, len(pairs))):
                client.send(b"x" * 500)
                server.recv(500)


def listeners(lab, clock, totals):
    """Listening sockets, half of them IPv6; the oldest make room for new ones."""
    kept = []
    with lab.inside(lab.server):
        for at in clock.every(1):
            wanted = 0 if at is None else int(MOST_LISTENERS * math.sin(math.pi * at))
            for one in kept[:max(5, len(kept) - wanted)]:
                one.close()
                kept.remove(one)
            while len(kept) < wanted:
                one = socket.socket(socket.AF_INET6 if len(kept) % 2 else socket.AF_INET)
                one.bind(("", 0))
                one.listen(random.choice((1, 128, 4096)))
                kept.append(one)
                totals.add("listeners")


def devices(lab, clock, totals):
    """Dummies and veth pairs: created, renamed a second later, finally removed."""
    number, fresh, renamed = 0, [], []
    with lab.inside(lab.server):
        for at in clock.every(1):
            batch = []
            for name in fresh:
                batch += [f"link set dev soak{name} down", f"link set dev soak{name} name was{name}", f"link set dev was{name} up"]
            renamed, fresh = renamed + fresh, []
            wanted = 0 if at is None else int(MOST_DEVICES * abs(math.sin(2 * math.pi * at)))
            for name in renamed[:max(1, len(renamed) - wanted)]:
                batch.append(f"link del dev was{name}")
                renamed.remove(name)
            while len(renamed) + len(fresh) < wanted:
                number += 1
                batch += [
                    f"link add name soak{number} type " + (f"veth peer name end{number}" if number % 3 == 0 else "dummy"),
                    f"link set dev soak{number} up", f"addr add 10.200.{number % 250}.1/24 dev soak{number}",
                    f"addr add fd00:200:{number % 9999}::1/64 dev soak{number}",  # refused while IPv6 is off
                ]
                fresh.append(number)
                totals.add("devices")
            if batch:
                subprocess.run(["ip", "-force", "-batch", "-"], input="\n".join(batch) + "\n", text=True, stderr=subprocess.DEVNULL, check=False)


def queues(lab, clock, totals):
    """In turn, SYN_RECV from addresses that never answer, and an accept queue that nobody empties."""
    for at in clock.every(15):
        if at is None or at > 0.85:
            continue
        with lab.inside(lab.server):
            flooded, stuck = (socket.create_server((SERVER, port), backlog=backlog) for port, backlog in ((FLOODED_PORT, 1024), (STUCK_PORT, 16)))
        with lab.inside(lab.peer):
            subprocess.run([sys.executable, TRAFFIC, "syn_flood", SERVER, str(FLOODED_PORT), "200", "10.92.1.", "3"], check=True)
            waiting = []
            for _ in range(40):
                one = socket.socket(socket.AF_INET)
                one.setblocking(False)
                one.connect_ex((SERVER, STUCK_PORT))
                waiting.append(one)
            time.sleep(3)
        for one in (*waiting, flooded, stuck):
            one.close()
        totals.add("floods")


def switches(lab, clock, totals):
    """Connection tracking and IPv6, on and off; while quiet, as they were before."""
    tracking, ipv6, turn = False, True, 0
    with lab.inside(lab.server):
        for at in clock.every(5):
            turn += 1
            wanted = (False, True) if at is None else (turn // 3 % 2 == 1, turn // 4 % 2 == 0)
            if wanted[0] != tracking:
                rules = ["add table inet soak", "add chain inet soak in { type filter hook input priority 0; }", "add rule inet soak in ct state new counter"]
                subprocess.run(["nft", "; ".join(rules if wanted[0] else ["delete table inet soak"])], check=True)
                with contextlib.suppress(FileNotFoundError), open(TRACKED_TIME_WAIT, "w", encoding="ascii") as file:
                    file.write("10")  # seconds; else a host with a small table would have it full
                totals.add("switches")
            if wanted[1] != ipv6:
                with open("/proc/sys/net/ipv6/conf/all/disable_ipv6", "w", encoding="ascii") as file:
                    file.write("0" if wanted[1] else "1")
                totals.add("switches")
            tracking, ipv6 = wanted


def stalls(lab, clock, totals, cpu):
    """Times at which the machine itself stood still: a sleeper on this CPU woke half a second late. That does not excuse a missed sample."""
    os.sched_setaffinity(0, {cpu})
    before = time.monotonic()
    while before < clock.end:
        time.sleep(0.1)
        now = time.monotonic()
        if now - before > 0.6:
            totals.stalled(f"CPU {cpu} for {now - before:.1f} s, {now - clock.start:.0f} s after the start")
        before = now


ALL = (short, long, listeners, devices, queues, switches)
