#!/usr/bin/env python3
"""What a fleet costs one Prometheus: expositions of the real agent, replayed as several hundred hosts by replay.py.

For each size a fresh Prometheus with the project's rules scrapes that many targets; figures are its own metrics, its CPU time and
memory, and the time its answers take. A last run at one scrape a second fills whole chunks and weighs them. Writes a part of
docs/fleet.md. With --store, the same hosts at one size also go through two Prometheus agents into VictoriaMetrics, and another part is
written. Everything listens on loopback and ends with this process.
"""

import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

import store
from rig import PROMETHEUS, REPLAY, ROOT, RULES, Answers, Child, capture, figure, fleet_queries, get, raw_queries, until, write


class Server(Answers):
    """A Prometheus with a number of targets."""

    def __init__(self, folder, hosts, interval):
        super().__init__(PROMETHEUS)
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
        request = urllib.request.Request(f"{server.url}/api/v1/admin/tsdb/snapshot", method="POST")
        name = json.load(urllib.request.urlopen(request))["data"]["name"]
        block = glob.glob(f"{server.folder}/tsdb/snapshots/{name}/*/meta.json")[0]
        chunks = sum(os.path.getsize(file) for file in glob.glob(os.path.dirname(block) + "/chunks/*"))
        return chunks / json.load(open(block, encoding="ascii"))["stats"]["numSamples"]


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
    write("measured", lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--agent", default=f"{ROOT}/artifacts/tcp-agent/tcp-agent")
    parser.add_argument("--hosts", default="100,200,400")
    parser.add_argument("--window", type=int, default=90)
    parser.add_argument("--store", type=int, metavar="HOSTS", help="compare one Prometheus with two agents and a store")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tcp-agent-fleet-") as folder:
        own = capture(arguments.agent, folder)
        replay = os.path.join(os.path.dirname(__file__), "replay.py")
        with Child(sys.executable, replay, str(REPLAY), f"{folder}/first", f"{folder}/second"):
            url = f"http://127.0.0.1:{REPLAY}/0"
            until("replay", 10, lambda: get(url))
            if arguments.store:
                row = measure(folder, arguments.store, arguments.window) | {"bytes a sample": weigh(folder)}
                store.compare(folder, arguments.store, arguments.window, row)
                return
            plain, wire = len(get(url)), len(get(url, **{"Accept-Encoding": "gzip"}))
            rows = {hosts: measure(folder, hosts, arguments.window) for hosts in map(int, arguments.hosts.split(","))}
            report(rows, wire, plain, own, weigh(folder))


main()
