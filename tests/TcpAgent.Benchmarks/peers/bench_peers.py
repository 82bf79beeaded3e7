#!/usr/bin/env python3
"""Measures the agent beside node_exporter, ss, /proc/net/tcp and a minimal C program over 0 to 1,000,000 TCP sockets.

Root. Everything happens in two network namespaces without a name: they vanish with this process, however it ends, and no
setting of the host is changed. CPU is user and system time of the measured process; one process is measured at a time, in
interleaved rounds, and a figure is the median of the rounds. Writes docs/performance.md, but for the section that make soak wrote.
"""

import argparse
import collections
import contextlib
import ctypes
import http.client
import json
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
TICKS = os.path.join(ROOT, "artifacts", "bin", "TcpAgent.Benchmarks", "release", "TcpAgent.Benchmarks.dll")
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
SERVER, PEER = "10.191.0.1", "10.191.0.2"
AGENT_PORT, WALKING_PORT, NODE_PORT = 800, 801, 802  # below the ephemeral range that population.c sets, above its listeners on 127.0.0.1
WARM_UP_SCRAPES = 8000  # by then the web server's buffers have mostly stopped growing
WARM_UP = 60  # seconds; the runtime compiles a method anew once it has run thirty times, which at one tick a second takes long
STATES = {
    "ESTAB": "established", "SYN-SENT": "syn_sent", "SYN-RECV": "syn_recv", "FIN-WAIT-1": "fin_wait1", "FIN-WAIT-2": "fin_wait2",
    "TIME-WAIT": "time_wait", "UNCONN": "close", "CLOSE-WAIT": "close_wait", "LAST-ACK": "last_ack", "LISTEN": "listen",
    "CLOSING": "closing",
}
libc = ctypes.CDLL(None, use_errno=True)


def unit_environment():
    """That of the unit which ships with the agent."""
    with open(os.path.join(ROOT, "packaging", "systemd", "tcp-agent.service"), encoding="utf-8") as unit:
        return dict(line.strip().removeprefix("Environment=").split("=", 1) for line in unit if line.startswith("Environment="))


def check(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Failed(Exception):
    """A measurement that could not be made; the others go on."""


# --- namespaces and processes ---------------------------------------------------------------------------------------------


class Lab:
    """Two namespaces joined by a veth pair, and the children started in the first."""

    def __init__(self, artifacts):
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


class Exporter:
    """A child that serves /metrics, and what it has cost."""

    def __init__(self, lab, child, port):
        self.lab, self.child, self.pid, self.port = lab, child, child.pid, port
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
        series = {}
        for line in self.scrape().decode().splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                series[name] = float(value)
        return series

    def cpu(self):
        """Seconds of user and system time, exited threads included: the process's CPU clock."""
        return time.clock_gettime((~self.pid << 3) | 2)

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

    def memory(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        return {name: int(fields[name].split()[0]) / (1 if name == "Threads" else 1024) for name in ("VmRSS", "RssAnon", "VmHWM", "Threads")}

    def scrape_cost(self, count, warm, encoding="identity"):
        for _ in range(warm):
            self.scrape(encoding)
        before = self.cpu()
        for _ in range(count):
            self.scrape(encoding)
        return (self.cpu() - before) * 1e3 / count


# --- measurements ---------------------------------------------------------------------------------------------------------


class Bench:
    def __init__(self, lab, arguments):
        self.lab, self.quick, self.agent, self.node = lab, arguments.quick, arguments.agent, arguments.node_exporter

    def floor(self, mode, passes, pause=0, *command):
        return self.figures(os.path.join(self.lab.artifacts, "floor"), mode, str(passes), str(pause), *command)

    def figures(self, *command):
        return {name: float(value) for name, value in (field.split("=") for field in self.lab.output(*command).split())}

    def run_agent(self, port, *flags):
        return self.lab.exporter(
            f"agent-{port}", port, self.agent, f"--web.listen-address=127.0.0.1:{port}", "--log.format=logfmt", *flags,
            environment=unit_environment())

    def run_node(self, *collectors):
        flags = [f"--collector.{name}" for name in ("netstat", "sockstat", "conntrack", "softnet", "netdev", *collectors)]
        return self.lab.exporter(
            "node_exporter", NODE_PORT, self.node, f"--web.listen-address=127.0.0.1:{NODE_PORT}", "--collector.disable-defaults", *flags)

    def floors(self, size):
        passes = 20 if size < 50_000 else 5
        few = 5 if size < 50_000 else 2
        return {
            "floor_rare_hot": self.floor("rare", passes)["ms"],
            "floor_rare": self.floor("rare", 5, 1000)["ms"],
            "floor_full": self.floor("full", passes)["ms"],
            "floor_listen": self.floor("listen", 200)["ms"],
            "floor_tick_hot": self.floor("tick", 2000)["ms"],
            "agent_tick_hot": self.figures("dotnet", TICKS, "tick", "2000")["ms"],
            "floor_tick": self.floor("tick", 5, 1000)["ms"],
            "proc": self.floor("proc", few)["ms"],
        }

    def commands(self, size):
        full = self.floor("run", 5 if size < 50_000 else 1, 0, "ss", "-tan")
        return {"ss_tan": full["ms"], "ss_tan_peak": full["peak_kib"] / 1024, "ss_s": self.floor("run", 5, 0, "ss", "-s")["ms"]}

    def node_plain(self, size):
        with self.run_node() as exporter:
            return {
                "node": exporter.scrape_cost(100, 20), "node_gzip": exporter.scrape_cost(50, 5, "gzip"),
                "node_peak": exporter.memory()["VmHWM"],
            }

    def node_states(self, size):
        with self.run_node("tcpstat") as exporter:
            count = max(3, min(50, 1_000_000 // max(1, size)))
            return {"node_states": exporter.scrape_cost(count, 2), "node_states_peak": exporter.memory()["VmHWM"]}

    @contextlib.contextmanager
    def agents(self):
        """Two that live through all sizes, as agents do: what the runtime compiles in the first minute is not in the figures."""
        with self.run_agent(AGENT_PORT) as default, self.run_agent(WALKING_PORT, "--sample.walk-budget=1") as walking:
            self.default, self.walking = default, walking
            time.sleep(WARM_UP)
            self.fresh = default.memory()
            for agent in (default, walking):
                for _ in range(WARM_UP_SCRAPES // 800):
                    agent.scrape_cost(400, 0)
                    agent.scrape_cost(400, 0, "gzip")
                    time.sleep(1)
            default.child.send_signal(signal.SIGSTOP)
            walking.child.send_signal(signal.SIGSTOP)
            yield

    def agent_walk(self, size):
        """One walk a second whatever it costs: the cost of one, and of the whole agent."""
        with self.walking.awake() as agent:
            time.sleep(4)
            before, cpu, start = agent.values(), agent.cpu(), time.monotonic()
            time.sleep(8)
            cpu, seconds = agent.cpu() - cpu, time.monotonic() - start
            after, memory = agent.values(), agent.memory()
            result = {"agent_walking": cpu * 1e3 / seconds, "agent_walking_peak": memory["VmHWM"]}
            spent, walks = "tcpagent_walk_cpu_seconds_total", "tcpagent_walks_total"
            if spent in after and after.get(walks, 0) > before.get(walks, 0):
                result["agent_walk"] = (after[spent] - before[spent]) * 1e3 / (after[walks] - before[walks])
            else:
                # An agent without the counters: how long its walk took. One that was not interrupted takes as long as its CPU time.
                walls = []
                for _ in range(5):
                    walls.append(agent.values()["tcpagent_walk_duration_seconds"] * 1e3)
                    time.sleep(1)
                result["agent_walk"] = statistics.median(walls)
            return result

    def agent_default(self, size):
        with self.default.awake() as agent:
            time.sleep(3)
            before, cpu, start = agent.values(), agent.cpu(), time.monotonic()
            time.sleep(10)
            cpu, seconds = agent.cpu() - cpu, time.monotonic() - start
            after = agent.values()
            memory = agent.memory()
            result = {
                "agent": cpu * 1e3 / seconds, "agent_rss": memory["VmRSS"], "agent_anonymous": memory["RssAnon"],
                "agent_threads": memory["Threads"], "agent_interval": after.get("tcpagent_walk_interval_seconds", 0),
                "agent_missed": after["tcpagent_samples_missed_total"] - before["tcpagent_samples_missed_total"],
                "agent_scrape": agent.scrape_cost(300, 100), "agent_scrape_gzip": agent.scrape_cost(200, 50, "gzip"),
            }
            result["agent_peak"] = agent.memory()["VmHWM"]
            return result

    def exactness(self):
        """The agent's eleven states and those ss counts, while nothing moves; None when something did."""
        with self.walking.awake() as agent:
            time.sleep(3)
            for _ in range(5):
                before = self.count()
                time.sleep(3)
                values = agent.values()
                if self.count() != before:
                    continue
                mine = {state: values.get(f'tcpagent_tcp_sockets{{state="{state}"}}') for state in STATES.values()}
                return {"equal": mine == before, "agent": mine, "ss": before}
        return None

    def count(self):
        counts = collections.Counter(line.split(None, 1)[0] for line in self.lab.output("ss", "-tanH").splitlines())
        return {name: float(counts.get(state, 0)) for state, name in STATES.items()}

    def listeners(self, count):
        with self.lab.population(listeners=count):
            floor = self.floor("listen", 20)["ms"]
            floor_cold = self.floor("listen", 5, 1000)["ms"]
            with self.default.awake() as agent:
                time.sleep(5)
                before, cpu, start = agent.values(), agent.cpu(), time.monotonic()
                ticks = []
                for _ in range(5 if self.quick else 15):
                    time.sleep(1)
                    ticks.append(agent.values()["tcpagent_sample_duration_seconds"] * 1e3)
                cpu, seconds, after = agent.cpu() - cpu, time.monotonic() - start, agent.values()
                return {
                    "listeners": count, "floor_listen": floor, "floor_listen_cold": floor_cold, "tick": statistics.median(ticks),
                    "tick_max": max(ticks), "cpu": cpu * 1e3 / seconds, "memory": agent.memory(), "seen": after.get('tcpagent_tcp_sockets{state="listen"}'),
                    "missed": after["tcpagent_samples_missed_total"] - before["tcpagent_samples_missed_total"],
                }

    def size(self, size, rounds):
        """Every measurement over one population, round by round."""
        measures = [self.floors, self.agent_walk, self.commands, self.node_plain, self.node_states, self.agent_default]
        figures, failures = collections.defaultdict(list), {}
        v6 = size // 100 * 10 // 2 * 2
        with self.lab.population(est=size - v6, est6=v6, rare=20 if size else 0) as ready:
            log(f"  {ready}")
            for number in range(rounds):
                for measure in measures:
                    try:
                        for name, value in measure(size).items():
                            figures[name].append(value)
                    except (Failed, OSError, http.client.HTTPException, KeyError) as e:
                        failures[measure.__name__] = str(e)
                        log(f"  {measure.__name__}: {e}")
                log(f"  round {number + 1} of {rounds}")
            try:
                exact = self.exactness()
            except (Failed, OSError, http.client.HTTPException) as e:
                failures["exactness"], exact = str(e), None
        medians = {name: statistics.median(values) for name, values in figures.items()}
        return {"size": size, "medians": medians, "rounds": figures, "exact": exact, "failures": failures}


def log(text):
    print(text, file=sys.stderr, flush=True)


# --- report ---------------------------------------------------------------------------------------------------------------


def thousands(size):
    return f"{size:,}"


def figure(value, digits=3):
    if value is None:
        return "-"
    if value == 0:
        return "0"
    text = f"{value:.{digits}g}"
    return f"{float(text):,.0f}" if abs(value) >= 100 else f"{float(text):g}"


def ratio(a, b, subtract=None):
    if a is None or b is None or b <= 0 or (subtract is not None and a <= subtract):
        return "-"
    value = (a - (subtract or 0)) / b
    return figure(value, 2 if value >= 10 else 3)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" if i == 0 else "---:" for i in range(len(head))) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo", encoding="ascii") as info:
        gib = int(info.readline().split()[1]) / 1024 / 1024
    return f"{os.cpu_count()} CPUs ({model}), {gib:.0f} GiB, Linux {re.match(r'[0-9.]+', platform.release())[0]}"


def version(*command):
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return re.search(r"\d+\.\d+(\.\d+)?", result.stdout)[0]
    except (OSError, TypeError):
        return "?"


def report(results, arguments, node_version, ss_version):
    sizes = [r for r in results["sizes"] if r["medians"]]
    get = lambda r, name: r["medians"].get(name)
    heads = ["", *(thousands(r["size"]) for r in sizes)]
    base = next((r for r in sizes if r["size"] == 0), None)

    def row(title, of):
        return [title, *(of(r) for r in sizes)]

    def plain(title, name, digits=3):
        return row(title, lambda r: figure(get(r, name), digits))

    def growth(name):
        return lambda r: "-" if base is None or get(r, name) is None else f"{max(0, get(r, name) - get(base, name)):.1f}"

    text = [
        "# Performance",
        "Written by `make bench-peers`. The columns are TCP sockets in the network namespace, ESTABLISHED but for twenty of each rarer state, a "
        "tenth of them IPv6. CPU is user and system time of the one process measured; each figure is the median of "
        f"{results['rounds']} interleaved rounds.",
        "## Ratios",
        "These hold from machine to machine better than any time below. The floor is a C program of the same walk that counts states and "
        "does nothing else. Walks and floor are taken once a second, as the agent takes them, with caches as cold as that leaves them.",
        table(heads, [
            row("agent's walk : floor", lambda r: ratio(get(r, "agent_walk"), get(r, "floor_rare"))),
            row("node_exporter's tcpstat : agent's walk", lambda r: ratio(get(r, "node_states"), get(r, "agent_walk"), get(r, "node"))),
            row("`ss -tan` : agent's walk", lambda r: ratio(get(r, "ss_tan"), get(r, "agent_walk"))),
            row("reading /proc/net/tcp and tcp6 : agent's walk", lambda r: ratio(get(r, "proc"), get(r, "agent_walk"))),
            row("a full dump in C : agent's walk", lambda r: ratio(get(r, "floor_full"), get(r, "agent_walk"))),
            row("agent's tick : the same reads in C, back to back", lambda r: ratio(get(r, "agent_tick_hot"), get(r, "floor_tick_hot"))),
            row("node_exporter, one scrape with tcpstat : agent, one second with a walk and no limit", lambda r: ratio(get(r, "node_states"), get(r, "agent_walking"))),
            row("node_exporter, one scrape without states : agent, one second with defaults", lambda r: ratio(get(r, "node"), get(r, "agent"))),
            row("node_exporter, one scrape without states : agent, one scrape", lambda r: ratio(get(r, "node"), get(r, "agent_scrape"))),
        ]),
        "Growth of peak memory over 0 sockets, MiB. The first agent answers 650 scrapes in each round, which alone moves its heap by "
        "several MiB, with or without sockets; the second hardly any.",
        table(heads, [
            row("agent", growth("agent_peak")),
            row("agent, a walk every second", growth("agent_walking_peak")),
            row("node_exporter with tcpstat", growth("node_states_peak")),
            row("`ss -tan`", growth("ss_tan_peak")),
        ]),
    ]

    text += ["## Exactness", "All eleven states by the agent and by `ss -tan`, while nothing moves:"]
    rows = []
    for name, exact in [*((thousands(r["size"]), r["exact"]) for r in sizes), ("every state", results.get("mixed"))]:
        if exact is None:
            rows.append([name, "not compared", ""])
            continue
        counted = ", ".join(f"{state} {int(n):,}" for state, n in exact["ss"].items() if n)
        wrong = ", ".join(f"{s} {exact['agent'][s]} for {exact['ss'][s]:.0f}" for s in exact["ss"] if exact["agent"][s] != exact["ss"][s])
        rows.append([name, "equal" if exact["equal"] else f"unequal: {wrong}", counted])
    text.append(table(["population", "agent and ss", "counted by ss"], rows).replace("---:", "---"))

    text += [
        "## Times",
        f"One machine's: {machine()}; node_exporter {node_version}, ss {ss_version}. CPU milliseconds. Another's differ, its ratios less.",
        table(heads, [
            plain("agent: one walk", "agent_walk"),
            plain("floor: the same walk in C, once a second", "floor_rare"),
            plain("floor: the same walk in C, back to back", "floor_rare_hot"),
            plain("floor: every socket dumped in C", "floor_full"),
            plain("floor: only the listeners, with their memory", "floor_listen"),
            plain("agent: one tick without a walk, back to back", "agent_tick_hot"),
            plain("floor: the same reads in C, back to back", "floor_tick_hot"),
            plain("reading /proc/net/tcp and tcp6", "proc"),
            plain("`ss -tan`", "ss_tan"),
            plain("`ss -s` (no states but those of counters)", "ss_s"),
            plain("node_exporter, one scrape: netstat sockstat conntrack softnet netdev", "node"),
            plain("the same, gzip", "node_gzip"),
            plain("the same with tcpstat", "node_states"),
        ]),
        "Peak memory (VmHWM), MiB:",
        table(heads, [
            plain("agent", "agent_peak"),
            plain("agent, a walk every second", "agent_walking_peak"),
            plain("node_exporter without states", "node_peak"),
            plain("node_exporter with tcpstat", "node_states_peak"),
            plain("`ss -tan`", "ss_tan_peak"),
        ]),
        "## The whole agent",
        "The published executable with the environment of its unit, sampling once a second; the same machine. With its defaults it "
        "walks as rarely as `--sample.walk-budget` (1 % of one CPU) makes it, so a window may hold no walk.",
        table(heads, [
            plain("CPU, ms per second, defaults", "agent"),
            plain("CPU, ms per second, a walk every second", "agent_walking"),
            plain("of that the reads of a tick, in C", "floor_tick"),
            plain("seconds between walks, defaults", "agent_interval"),
            plain("one scrape, CPU ms", "agent_scrape"),
            plain("one scrape, gzip, CPU ms", "agent_scrape_gzip"),
            plain("resident, MiB", "agent_rss"),
            plain("of that anonymous, MiB", "agent_anonymous"),
            plain("threads", "agent_threads"),
            plain("ticks missed", "agent_missed"),
        ]),
    ]
    fresh = results["fresh"]
    text.append(
        f"Memory is that of an agent scraped {thousands(WARM_UP_SCRAPES)} times and more, back to back, which leaves buffers behind; after its "
        f"first minute, scraped once, it had {figure(fresh['VmRSS'])} MiB resident, {figure(fresh['RssAnon'])} of them anonymous.")
    crowd = results.get("listeners")
    if crowd:
        text += [
            f"With {thousands(crowd['listeners'])} listeners and nothing else: a tick takes {figure(crowd['tick'])} ms "
            f"(at most {figure(crowd['tick_max'])} ms), the agent {figure(crowd['cpu'])} ms of CPU per second and "
            f"{figure(crowd['memory']['VmRSS'])} MiB resident ({figure(crowd['memory']['RssAnon'])} anonymous), {int(crowd['missed'])} ticks missed. "
            f"A dump of the listeners with their memory takes {figure(crowd['floor_listen_cold'])} ms in C.",
        ]
    skipped = [f"{thousands(r['size'])}: {name}: {why}" for r in results["sizes"] for name, why in r["failures"].items()]
    if skipped:
        text.append("Not measured: " + "; ".join(skipped) + ".")
    sizes_flag = ",".join(str(r["size"]) for r in results["sizes"])
    text += [
        "## Again",
        "As root, with the .NET SDK, a C compiler, iproute2 and prometheus-node-exporter (installed, not started):\n\n"
        f"```\nmake bench-peers PEERS=\"--sizes {sizes_flag} --rounds {results['rounds']}\"\nmake bench-peers PEERS=--quick\n```\n\n"
        "It works in network namespaces of its own, which are gone when it ends, and changes nothing on the host. 1,000,000 sockets need about "
        "4 GB of kernel memory; where that is not available they are left out. `make bench` runs the micro-benchmarks of parsers, tick and rendering.",
    ]
    return "\n\n".join(text) + "\n"


SOAK = re.compile(r"^## Soak\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def soak_section(path):
    """What make soak wrote there, or nothing."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        found = SOAK.search(file.read())
    return found[0] if found else ""


def with_soak(text, section):
    """The page with this section of it instead of the one it has."""
    return SOAK.sub("", text).replace("## Again\n", section + "## Again\n")


# --- main -----------------------------------------------------------------------------------------------------------------


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--agent", default=os.path.join(ROOT, "artifacts", "tcp-agent", "tcp-agent"), help="the published executable")
    parser.add_argument("--node-exporter", default=shutil.which("prometheus-node-exporter") or shutil.which("node_exporter") or "prometheus-node-exporter")
    parser.add_argument("--artifacts", default=os.path.join(ROOT, "artifacts", "peers"), help="where population and floor are")
    parser.add_argument("--sizes", default="", help="sockets, separated by commas (0,10000,100000,500000,1000000)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="0 and 100,000 sockets; written to the artifacts")
    parser.add_argument("--output", default="", help="docs/performance.md")
    parser.add_argument("--from-json", default="", help="write the report of an earlier run's results.json again")
    arguments = parser.parse_args()
    sizes = arguments.sizes or ("0,100000" if arguments.quick else "0,10000,100000,500000,1000000")
    arguments.sizes = [int(size) for size in sizes.split(",")]
    arguments.output = arguments.output or (
        os.path.join(arguments.artifacts, "performance.md") if arguments.quick else os.path.join(ROOT, "docs", "performance.md"))
    return arguments


def measure(arguments):
    if os.geteuid() != 0:
        sys.exit("bench_peers.py: needs root, for network namespaces")
    for path in (arguments.agent, os.path.join(arguments.artifacts, "population"), os.path.join(arguments.artifacts, "floor")):
        if not os.access(path, os.X_OK):
            sys.exit(f"bench_peers.py: {path} is missing: make bench-peers builds it")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    results = {"rounds": arguments.rounds, "sizes": []}
    with contextlib.closing(Lab(arguments.artifacts)) as lab, contextlib.ExitStack() as stack:
        bench = Bench(lab, arguments)
        stack.enter_context(bench.agents())
        results["fresh"] = bench.fresh
        for size in arguments.sizes:
            log(f"{size} sockets")
            try:
                results["sizes"].append(bench.size(size, arguments.rounds))
            except Failed as e:
                log(f"  {e}")
                results["sizes"].append({"size": size, "medians": {}, "rounds": {}, "exact": None, "failures": {"population": str(e)}})
            save(results, arguments)
        log("every state")
        try:
            with lab.population(est=20_000, est6=2_000, rare=20, listeners=50, orphans=300, syn=2_000, time_wait=5_000) as ready:
                log(f"  {ready}")
                results["mixed"] = bench.exactness()
        except Failed as e:
            log(f"  {e}")
        log("listeners")
        try:
            results["listeners"] = bench.listeners(10_000)
        except Failed as e:
            log(f"  {e}")
    save(results, arguments)
    return results


def save(results, arguments):
    with open(os.path.join(arguments.artifacts, "results.json"), "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)


def main():
    arguments = parse()
    if arguments.from_json:
        with open(arguments.from_json, encoding="utf-8") as file:
            results = json.load(file)
    else:
        results = measure(arguments)
    text = report(results, arguments, version(arguments.node_exporter, "--version"), version("ss", "-V"))
    text = with_soak(text, soak_section(arguments.output))
    with open(arguments.output, "w", encoding="utf-8") as file:
        file.write(text)
    log(f"written: {os.path.relpath(arguments.output)}")


if __name__ == "__main__":
    main()
