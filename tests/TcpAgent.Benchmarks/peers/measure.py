"""What bench_peers.py measures, one process at a time."""

import collections
import contextlib
import http.client
import os
import signal
import statistics
import time

from lab import ROOT, Failed, log, unit_environment

LOOPS = os.path.join(ROOT, "artifacts", "peers", "TcpAgent.Loops")
AGENT_PORT, WALKING_PORT, NODE_PORT = 800, 801, 802  # below the ephemeral range that population.c sets, above its listeners on 127.0.0.1
WARM_UP_SCRAPES = 8000  # by then the web server's buffers have mostly stopped growing
WARM_UP = 60  # seconds, in which code is compiled
STATES = {
    "ESTAB": "established", "SYN-SENT": "syn_sent", "SYN-RECV": "syn_recv", "FIN-WAIT-1": "fin_wait1", "FIN-WAIT-2": "fin_wait2",
    "TIME-WAIT": "time_wait", "UNCONN": "close", "CLOSE-WAIT": "close_wait", "LAST-ACK": "last_ack", "LISTEN": "listen",
    "CLOSING": "closing",
}


class Bench:
    def __init__(self, lab, arguments):
        self.lab, self.quick, self.agent, self.node = lab, arguments.quick, arguments.agent, arguments.node_exporter

    def floor(self, mode, passes, pause=0, *command):
        return self.figures(os.path.join(self.lab.artifacts, "floor"), mode, str(passes), str(pause), *command)

    def figures(self, *command):
        return {name: float(value) for name, value in (field.split("=") for field in self.lab.output(*command).split())}

    def run_agent(self, port, *flags, path=None):
        return self.lab.exporter(
            f"agent-{port}", port, path or self.agent, f"--web.listen-address=127.0.0.1:{port}", "--log.format=logfmt", *flags,
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
            "agent_walk_hot": self.figures(LOOPS, "walk", str(passes))["ms"],
            "floor_rare": self.floor("rare", 5, 1000)["ms"],
            "floor_full": self.floor("full", passes)["ms"],
            "floor_listen": self.floor("listen", 200)["ms"],
            "floor_tick_hot": self.floor("tick", 2000)["ms"],
            "agent_tick_hot": self.figures(LOOPS, "tick", "2000")["ms"],
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
            return {
                "node_states": exporter.scrape_cost(count, 2), "node_states_paced": exporter.scrape_cost(4, 0, pause=1),
                "node_states_peak": exporter.memory()["VmHWM"],
            }

    @contextlib.contextmanager
    def agents(self):
        """Two exporters that run through all sizes, as agents do. The figures exclude what the runtime compiles in the first minute."""
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
        """One walk a second, whatever it costs: the cost of a walk, and of the whole agent."""
        with self.walking.awake() as agent:
            time.sleep(4)
            before, after, cpu = agent.watched(lambda: time.sleep(8))
            result = {"agent_walking": cpu, "agent_walking_peak": agent.memory()["VmHWM"]}
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
            before, after, cpu = agent.watched(lambda: time.sleep(10))
            memory = agent.memory()
            result = {
                "agent": cpu, "agent_rss": memory["VmRSS"], "agent_anonymous": memory["RssAnon"],
                "agent_threads": memory["Threads"], "agent_interval": after.get("tcpagent_walk_interval_seconds", 0),
                "agent_missed": after["tcpagent_samples_missed_total"] - before["tcpagent_samples_missed_total"],
                "agent_scrape": agent.scrape_cost(300, 100), "agent_scrape_gzip": agent.scrape_cost(200, 50, "gzip"),
            }
            result["agent_peak"] = agent.memory()["VmHWM"]
            return result

    def exactness(self):
        """The agent's eleven states and those that ss counts, while nothing moves; None if something did."""
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

    def every_state(self):
        """All states in numbers, within the minute that SYN_RECV and TIME_WAIT last: exactness and one walk."""
        sockets = {"est": 100_000, "est6": 10_000, "rare": 20, "listeners": 50, "orphans": 300, "syn": 20_000, "time_wait": 40_000}
        with self.lab.population(**sockets) as ready:
            log(f"  {ready}")
            exact = self.exactness()
            return {"exact": exact, "floor_rare": self.floor("rare", 5, 1000)["ms"], **self.agent_walk(0), **self.node_states(sum(sockets.values()))}

    def listeners(self, count):
        with self.lab.population(listeners=count):
            floor = self.floor("listen", 20)["ms"]
            floor_cold = self.floor("listen", 5, 1000)["ms"]
            with self.default.awake() as agent:
                time.sleep(5)
                ticks = []

                def watch():
                    for _ in range(5 if self.quick else 15):
                        time.sleep(1)
                        ticks.append(agent.values()["tcpagent_sample_duration_seconds"] * 1e3)

                before, after, cpu = agent.watched(watch)
                return {
                    "listeners": count, "floor_listen": floor, "floor_listen_cold": floor_cold, "tick": statistics.median(ticks),
                    "tick_max": max(ticks), "cpu": cpu, "memory": agent.memory(), "seen": after.get('tcpagent_tcp_sockets{state="listen"}'),
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
