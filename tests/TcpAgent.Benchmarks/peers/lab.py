"""Two network namespaces, the programs in them and their cost. Shared by make bench-peers and make soak."""

import contextlib
import ctypes
import fcntl
import http.client
import os
import signal
import socket
import struct
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
SERVER, PEER = "10.191.0.1", "10.191.0.2"
libc = ctypes.CDLL(None, use_errno=True)


def unit_environment():
    """That of the unit which ships with the agent."""
    with open(os.path.join(ROOT, "packaging", "systemd", "tcp-agent.service"), encoding="utf-8") as unit:
        return dict(line.strip().removeprefix("Environment=").split("=", 1) for line in unit if line.startswith("Environment="))


def take_turn(path="/run/lock/tcp-agent-lab"):
    """Holds the lock (HostTurn.cs) of the lab tests that change settings of the whole host, until this process ends."""
    turn = open(path, "a", encoding="ascii")
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {path} is taken: lab tests or another measurement run on this host. Try again when they have ended.")
    return turn


def check(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Failed(Exception):
    """A measurement that failed; the others go on."""


class Lab:
    """Two namespaces joined by a veth pair, and the children started in the first."""

    def __init__(self, artifacts):
        self.turn = take_turn()
        self.artifacts = artifacts
        self.children = []
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            self.server, self.peer = self._new(), self._new()
        finally:
            check(libc.setns(home, CLONE_NEWNET))
        self.home = home
        peer = f"/proc/{os.getpid()}/fd/{self.peer}"
        with self.inside(self.server):
            run("ip", "link", "set", "lo", "up")
            run("ip", "link", "add", "bench0", "type", "veth", "peer", "name", "bench1", "netns", peer)
            run("ip", "addr", "add", f"{SERVER}/24", "dev", "bench0")
            run("ip", "link", "set", "bench0", "up")
            # With a queue the kernel does not see that the peer's backlog drops a SYN-ACK; else it gives up the request.
            run("tc", "qdisc", "add", "dev", "bench0", "root", "pfifo", "limit", "100000")
        with self.inside(self.peer):
            run("ip", "addr", "add", f"{PEER}/24", "dev", "bench1")
            run("ip", "link", "set", "bench1", "up")
        with self.inside(self.server):
            run("ip", "route", "add", "default", "via", PEER)

    @staticmethod
    def _new():
        check(libc.unshare(CLONE_NEWNET))
        return os.open("/proc/self/ns/net", os.O_RDONLY)

    @contextlib.contextmanager
    def inside(self, namespace):
        check(libc.setns(namespace, CLONE_NEWNET))
        try:
            yield
        finally:
            check(libc.setns(self.home, CLONE_NEWNET))

    def start(self, *command, **options):
        with self.inside(self.server):
            child = subprocess.Popen(command, preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL), **options)
        self.children.append(child)
        return child

    def stop(self, child):
        if child.stdin:
            child.stdin.close()
        elif child.poll() is None:
            child.terminate()
            child.send_signal(signal.SIGCONT)
        try:
            child.wait(60)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout:
            child.stdout.close()
        self.children.remove(child)

    def output(self, *command):
        with self.inside(self.server):
            result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if result.returncode != 0:
            raise Failed(f"{os.path.basename(command[0])}: {result.stderr.strip() or result.returncode}")
        return result.stdout

    def close(self):
        for child in list(self.children):
            self.stop(child)
        self.turn.close()

    @contextlib.contextmanager
    def population(self, **sockets):
        flags = [f"--{name.replace('_', '-')}={count}" for name, count in sockets.items() if count]
        if sockets.get("syn"):
            flags += [f"--flood-from=/proc/{os.getpid()}/fd/{self.peer}", f"--flood-to={SERVER}"]
        command = os.path.join(self.artifacts, "population")
        child = self.start(command, *flags, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            ready = child.stdout.readline()
            if not ready.startswith("READY"):
                raise Failed(child.stderr.read().strip() or "no population")
            yield ready.strip()
        finally:
            self.stop(child)
            child.stderr.close()

    @contextlib.contextmanager
    def exporter(self, name, port, *command, environment=None):
        """A running exporter that has answered once."""
        with open(os.path.join(self.artifacts, f"{name}.log"), "w", encoding="utf-8") as log:
            child = self.start(*command, stdout=log, stderr=log, env={**os.environ, **(environment or {})})
            try:
                yield Exporter(self, child, port)
            finally:
                self.stop(child)


def run(*command):
    subprocess.run(command, check=True)


def series(body):
    """The values of an exposition, by name and labels."""
    pairs = (line.rpartition(" ") for line in body.decode().splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


class Measured:
    """A child, and what it costs."""

    def __init__(self, child):
        self.child, self.pid = child, child.pid

    def cpu(self):
        """Seconds of user and system time, exited threads included: the process's CPU clock."""
        return time.clock_gettime((~self.pid << 3) | 2)

    def memory(self):
        """Resident memory in MiB, and the number of threads."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        return {name: int(fields[name].split()[0]) / (1 if name == "Threads" else 1024) for name in ("VmRSS", "RssAnon", "VmHWM", "Threads")}


class Exporter(Measured):
    """An exporter that serves /metrics to its only client."""

    def __init__(self, lab, child, port):
        super().__init__(child)
        self.lab, self.port = lab, port
        for _ in range(400):
            if child.poll() is not None:
                raise Failed(f"{child.args[0]} ended with {child.returncode}")
            try:
                self.http = self._connect()
                self.scrape()
                return
            except (OSError, http.client.HTTPException, Failed):
                time.sleep(0.05)
        raise Failed(f"{child.args[0]} does not answer")

    def _connect(self):
        with self.lab.inside(self.lab.server):
            connected = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = http.client.HTTPConnection("127.0.0.1", self.port)
        client.sock = connected
        return client

    def scrape(self, encoding="identity"):
        self.http.request("GET", "/metrics", headers={"Accept-Encoding": encoding, "Accept": "text/plain;version=0.0.4"})
        response = self.http.getresponse()
        body = response.read()
        if response.status != 200:
            raise Failed(f"status {response.status}")
        return body

    def values(self):
        return series(self.scrape())

    def leave(self):
        """Ends the connection by a reset, which leaves no TIME_WAIT behind."""
        self.http.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.http.close()

    def watched(self, wait):
        """The values before and after a wait, and CPU milliseconds for each second of it."""
        before, cpu, start = self.values(), self.cpu(), time.monotonic()
        wait()
        cpu, seconds = self.cpu() - cpu, time.monotonic() - start
        return before, self.values(), cpu * 1e3 / seconds

    @contextlib.contextmanager
    def awake(self):
        """Running, while all others are stopped; with a connection and a peak of memory of its own."""
        self.child.send_signal(signal.SIGCONT)
        try:
            self.http.close()
            self.http = self._connect()
            with open(f"/proc/{self.pid}/clear_refs", "w", encoding="ascii") as peak:
                peak.write("5")
            yield self
        finally:
            self.child.send_signal(signal.SIGSTOP)

    def scrape_cost(self, count, warm, encoding="identity", pause=0):
        """CPU milliseconds of one scrape, including what the exporter does in a pause before it."""
        for _ in range(warm):
            self.scrape(encoding)
        before = self.cpu()
        for _ in range(count):
            time.sleep(pause)
            self.scrape(encoding)
        return (self.cpu() - before) * 1e3 / count


def log(text):
    print(text, file=sys.stderr, flush=True)
