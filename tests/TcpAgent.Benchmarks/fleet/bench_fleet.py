#!/usr/bin/env python3
"""What a fleet costs one Prometheus: expositions of the real agent, replayed as several hundred hosts by replay.py.

For each size a fresh Prometheus with the project's rules scrapes that many targets; figures are its own metrics, its CPU time and
memory, and the time its answers take. A last run at one scrape a second fills whole chunks and weighs them. Writes the part of
docs/fleet.md between the markers. Everything listens on loopback and ends with this process.
"""

import argparse
import glob
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
AGENT, REPLAY, PROMETHEUS = 18793, 18794, 18795
RULES = [path for path in sorted(glob.glob(f"{ROOT}/deploy/prometheus/**/*.yml", recursive=True))
         if re.search(r"^groups:", open(path, encoding="utf-8").read(), re.M)]
TICK = os.sysconf("SC_CLK_TCK")


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
        return answer.read()


def until(what, seconds, condition):
    end = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not within {seconds} s")
        time.sleep(0.2)


def median_ms(times, action):
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        action()
        took.append(time.perf_counter() - begin)
    return statistics.median(took) * 1000


class Child:
    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat", encoding="ascii").read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def resident(self):
        return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{self.process.pid}/status", encoding="ascii").read())[1]) * 1024


def capture(agent, folder):
    """Two expositions of the agent, twelve seconds apart, beside ten idle listeners. Returns the milliseconds it takes to answer."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(10)]
    with Child(agent, "serve", f"--web.listen-address=127.0.0.1:{AGENT}"):
        url = f"http://127.0.0.1:{AGENT}/metrics"
        until("agent", 20, lambda: get(f"http://127.0.0.1:{AGENT}/-/ready"))
        for name in ("first", "second"):
            time.sleep(12)
            with open(f"{folder}/{name}", "wb") as file:
                file.write(get(url))
        took = median_ms(101, lambda: get(url, **{"Accept-Encoding": "gzip"}))
    for one in listeners:
        one.close()
    return took


class Server:
    """A Prometheus with a number of targets."""

    def __init__(self, folder, hosts, interval):
        self.folder = tempfile.mkdtemp(prefix=f"{hosts}-", dir=folder)
        targets = [{"targets": [f"127.0.0.1:{REPLAY}"], "labels": {"instance": f"host{n:05}", "__metrics_path__": f"/{n}"}} for n in range(hosts)]
        with open(f"{self.folder}/targets.json", "w", encoding="ascii") as file:
            json.dump(targets, file)
        config = {"global": {"scrape_interval": f"{interval}s", "scrape_timeout": f"{interval}s", "evaluation_interval": "30s"}, "rule_files": RULES,
                  "scrape_configs": [{"job_name": "tcp-agent", "file_sd_configs": [{"files": [f"{self.folder}/targets.json"]}]},
                                     {"job_name": "prometheus", "static_configs": [{"targets": [f"127.0.0.1:{PROMETHEUS}"]}]}]}
        with open(f"{self.folder}/prometheus.yml", "w", encoding="ascii") as file:
            json.dump(config, file)
        self.child = Child("prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/tsdb",
                           f"--web.listen-address=127.0.0.1:{PROMETHEUS}", "--web.enable-admin-api")
        self.hosts = hosts

    def __enter__(self):
        until(f"{self.hosts} hosts", 90, lambda: self.one(f'count(up{{job="tcp-agent"}} == 1)') == self.hosts)
        return self

    def __exit__(self, *_):
        self.child.__exit__()

    def ask(self, query):
        return json.loads(get(f"http://127.0.0.1:{PROMETHEUS}/api/v1/query?{urllib.parse.urlencode({'query': query})}"))["data"]["result"]

    def one(self, query):
        result = self.ask(query)
        return float(result[0]["value"][1]) if result else 0.0

    def answer_ms(self, queries):
        return median_ms(5, lambda: [self.ask(query) for query in queries])

    def hosts_ms(self):
        """The query that fills the dashboard's list of hosts."""
        selector = urllib.parse.urlencode({"match[]": "tcpagent_build_info"})
        return median_ms(5, lambda: get(f"http://127.0.0.1:{PROMETHEUS}/api/v1/label/instance/values?{selector}"))


def fleet_queries():
    """The queries of one view of the Fleet dashboard."""
    with open(f"{ROOT}/deploy/grafana/dashboards/fleet.json", encoding="ascii") as file:
        targets = [target["expr"] for panel in json.load(file)["panels"] for target in panel.get("targets", [])]
    return [re.sub(r"\$(job|instance|resource)\b", ".+", expression) for expression in targets]


def raw_queries():
    """The same without recording rules: each recorded name replaced by its rule's expression, where it is only selected from."""
    rules = dict(re.findall(r"record: (\S+)\n\s+expr: (.+)\n", open(f"{ROOT}/deploy/prometheus/fleet.rules.yml", encoding="ascii").read()))
    return [re.sub(r"((?:\w+):tcpagent_\w+:\w+)\{[^}]*\}", lambda match: f"({rules[match[1]]})", expression) for expression in fleet_queries()]


def measure(folder, hosts, window):
    with Server(folder, hosts, 15) as server:
        time.sleep(75)
        begin = server.child.cpu()
        time.sleep(window)
        cpu = (server.child.cpu() - begin) / window
        own = '{job="tcp-agent"}'
        row = {
            "series per host": server.one(f"avg(scrape_samples_scraped{own})"),
            "series in memory": server.one("prometheus_tsdb_head_series"),
            "series recorded by rules": server.one('count({__name__=~".+:.+:.+"})'),
            "scrape, ms, median": server.one(f"quantile(0.5, avg_over_time(scrape_duration_seconds{own}[{window}s]))") * 1000,
            "scrape, ms, 99th percentile": server.one(f"quantile(0.99, max_over_time(scrape_duration_seconds{own}[{window}s]))") * 1000,
            "all rules, once, ms": server.one(f"sum(avg_over_time(prometheus_rule_group_last_duration_seconds[{window}s]))") * 1000,
            "slowest group of rules, ms": server.one(f"max(max_over_time(prometheus_rule_group_last_duration_seconds[{window}s]))") * 1000,
            "Fleet dashboard, all queries, ms": server.answer_ms(fleet_queries()),
            "its list of hosts, ms": server.hosts_ms(),
            "all its queries without recording rules, ms": server.answer_ms(raw_queries()),
            "CPU, share of one": cpu,
            "resident memory, MiB": server.child.resident() / 2**20,
        }
    print(hosts, {name: round(value, 3) for name, value in row.items()}, file=sys.stderr)
    return row


def weigh(folder):
    """Bytes on disk for each sample, of whole chunks of 120."""
    with Server(folder, 20, 1) as server:
        time.sleep(150)
        request = urllib.request.Request(f"http://127.0.0.1:{PROMETHEUS}/api/v1/admin/tsdb/snapshot", method="POST")
        name = json.load(urllib.request.urlopen(request))["data"]["name"]
        block = glob.glob(f"{server.folder}/tsdb/snapshots/{name}/*/meta.json")[0]
        chunks = sum(os.path.getsize(file) for file in glob.glob(os.path.dirname(block) + "/chunks/*"))
        return chunks / json.load(open(block, encoding="ascii"))["stats"]["numSamples"]


def figure(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def report(rows, wire, plain, own, weight):
    small, large = min(rows), max(rows)
    version = subprocess.run(["prometheus", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    lines = [f"Written by `make bench-fleet` on {os.cpu_count()} CPUs of one machine, which served the replay too: Prometheus {version}, a scrape "
             "every 15 s, rules every 30 s, one host of five in trouble. A scrape's time is mostly that of the replay, which is Python. "
             "The last column goes on in a straight line from the smallest and the largest size.", "",
             "| hosts | " + " | ".join(f"{hosts:,}" for hosts in rows) + " | 10,000 |", "| --- |" + " ---: |" * (len(rows) + 1)]
    for name in rows[small]:
        first, last = rows[small][name], rows[large][name]
        slope = (last - first) / (large - small)
        guess = "" if "scrape" in name or "per host" in name else figure(max(last, last + slope * (10_000 - large)))
        lines.append(f"| {name} | " + " | ".join(figure(row[name]) for row in rows.values()) + f" | {guess} |")
    series = rows[large]["series per host"]
    day = series * 86400 / 15 * weight
    lines += ["", f"One scrape is {plain:,} bytes, {wire:,} on the wire (gzip); the agent itself answers it in {own:.1f} ms. A sample takes {weight:.2f} bytes on "
              f"disk in a full chunk, so a host takes {day / 2**20:.1f} MiB a day and 10,000 hosts {day * 10_000 * 15 / 2**30:,.0f} GiB in the default 15 days, "
              f"besides the index. They send {series * 10_000 / 15:,.0f} samples and {wire * 10_000 / 15 / 1e6:.1f} MB a second."]
    path = f"{ROOT}/docs/fleet.md"
    text = open(path, encoding="ascii").read()
    begin, end = "<!-- measured -->", "<!-- end -->"
    head, tail = text[:text.index(begin) + len(begin)], text[text.index(end):]
    with open(path, "w", encoding="ascii") as file:
        file.write(head + "\n" + "\n".join(lines) + "\n" + tail)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--agent", default=f"{ROOT}/artifacts/tcp-agent/tcp-agent")
    parser.add_argument("--hosts", default="100,200,400")
    parser.add_argument("--window", type=int, default=90)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tcp-agent-fleet-") as folder:
        own = capture(arguments.agent, folder)
        replay = os.path.join(os.path.dirname(__file__), "replay.py")
        with Child(sys.executable, replay, str(REPLAY), f"{folder}/first", f"{folder}/second"):
            url = f"http://127.0.0.1:{REPLAY}/0"
            until("replay", 10, lambda: get(url))
            plain, wire = len(get(url)), len(get(url, **{"Accept-Encoding": "gzip"}))
            rows = {hosts: measure(folder, hosts, arguments.window) for hosts in map(int, arguments.hosts.split(","))}
            report(rows, wire, plain, own, weigh(folder))


main()
