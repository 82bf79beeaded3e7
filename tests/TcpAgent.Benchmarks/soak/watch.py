"""The two agents of the soak, and what is read from them every ten seconds."""

import csv
import os
import statistics
import sys
import time
from http.client import HTTPException

import clients
from lab import Measured, series, unit_environment

STATES = {"time_wait": "TIME_WAIT", "established": "ESTABLISHED", "syn_recv": "SYN_RECV", "listen": "LISTEN"}


class Agent(Measured):
    def __init__(self, lab, arguments, name, connect, headers, *flags):
        self.lab, self.name, self.connect, self.headers, self.connection = lab, name, connect, headers, None
        state = os.path.join(arguments.work, name)
        os.makedirs(state)
        with open(os.path.join(arguments.artifacts, f"{name}.log"), "w", encoding="utf-8") as output:
            child = lab.start(arguments.agent, "serve", *flags, stdout=output, stderr=output, env={**os.environ, **unit_environment(), "STATE_DIRECTORY": state})
        super().__init__(child)
        for _ in range(400):
            try:
                self.scrape()
                return
            except (OSError, HTTPException):
                time.sleep(0.05)
        sys.exit(f"soak.py: the agent {name} does not answer: {output.name}")

    def scrape(self):
        try:
            if self.connection is None:
                with self.lab.inside(self.lab.peer):
                    self.connection = self.connect()
                    self.connection.connect()
            return series(clients.get(self.connection, **self.headers))
        except (OSError, HTTPException):
            self.connection = None
            raise

    def faults(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            return int(file.read().rpartition(")")[2].split()[7])

    def process(self):
        memory = self.memory()
        return {"rss": memory["VmRSS"], "anonymous": memory["RssAnon"], "threads": int(memory["Threads"]),
                "descriptors": len(os.listdir(f"/proc/{self.pid}/fd")), "cpu": self.cpu(), "faults": self.faults()}


class Watch:
    """Reads both agents, into the CSV and for the verdict."""

    def __init__(self, agents, clock, totals, path):
        self.agents, self.clock, self.totals, self.rows, self.failing = agents, clock, totals, [], set()
        self.file = open(path, "w", encoding="utf-8", newline="")  # pylint: disable=consider-using-with
        self.writer = None

    def read(self):
        for agent in self.agents:
            if agent.child.poll() is not None:
                sys.exit(f"soak.py: the agent {agent.name} ended with {agent.child.returncode}, {(time.monotonic() - self.clock.start) / 60:.1f} minutes after the start")
            row = {"seconds": round(time.monotonic() - self.clock.start, 1), "agent": agent.name, **agent.process()}
            try:
                values = agent.scrape()
            except (OSError, HTTPException) as e:
                self.totals.failed(f"watch of {agent.name}: {type(e).__name__} {e}")
                continue
            failing = [name for name, value in values.items() if name.startswith("tcpagent_source_success") and value == 0]
            self.failing |= {f"{agent.name}: {name}" for name in failing}
            row |= {"samples": int(values["tcpagent_samples_total"]), "missed": int(values["tcpagent_samples_missed_total"]),
                    "failing": " ".join(failing), "client_failures": self.totals["failures"]}
            row |= {name: int(values.get(f'tcpagent_tcp_sockets{{state="{name}"}}', 0)) for name in STATES}
            row["devices"] = sum(name.startswith("tcpagent_device_receive_bytes_total") for name in values)
            row["tracked"] = int(values.get("tcpagent_conntrack_entries", 0))
            if self.writer is None:
                self.writer = csv.DictWriter(self.file, row)
                self.writer.writeheader()
            self.writer.writerow({name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()})
            self.rows.append(row)
        self.file.flush()

    def until(self, end, seconds):
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(seconds, left))
            self.read()

    def cycle(self, number):
        """Watches one cycle. Returns each agent's figures at the quiet end: medians of the last third of the quiet time."""
        begin = self.clock.start + number * self.clock.cycle
        end, quiet = begin + self.clock.cycle - 0.5, self.clock.cycle / 10
        cpu = {agent: (agent.cpu(), time.monotonic()) for agent in self.agents}
        self.until(end - quiet * 2 / 3, 10)
        faults = {agent: (agent.faults(), time.monotonic()) for agent in self.agents}
        self.until(end - quiet / 3, 10)
        first = len(self.rows)
        self.until(end, 1)
        ends = []
        for agent in self.agents:
            rows = [row for row in self.rows[first:] if row["agent"] == agent.name]
            if not rows:
                sys.exit(f"soak.py: the agent {agent.name} answered nothing at the end of cycle {number + 1}")
            now = time.monotonic()
            figures = {name: statistics.median(row[name] for row in rows) for name in ("rss", "anonymous", "descriptors", "threads")}
            ends.append({"agent": agent.name, "minutes": round((now - self.clock.start) / 60), "missed": rows[-1]["missed"], **figures,
                         "faults": (agent.faults() - faults[agent][0]) / (now - faults[agent][1]),
                         "cpu": (agent.cpu() - cpu[agent][0]) * 1e3 / (now - cpu[agent][1])})
        return ends
