"""The fleet behind two Prometheus agents and VictoriaMetrics with its vmalert, measured as bench_fleet.py measures one Prometheus."""
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from rig import REPLAY, ROOT, RULES, Answers, Child, figure, fleet_queries, get, raw_queries, until, write

STORE, VMALERT, AGENTS = 18796, 18797, (18798, 18799)
# What alerts.rules.yml has and vmalert learned after Debian's version.
YOUNGER = re.compile(r"^ +(keep_firing_for: .*|history_url: (\*history_url|&history_url '[^']*'))\n", re.M)


class Store(Answers):
    def __init__(self, folder, hosts, interval):
        super().__init__(STORE)
        self.folder, self.hosts, self.interval = tempfile.mkdtemp(prefix=f"store-{hosts}-", dir=folder), hosts, interval
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stack.close()
            raise
        return self

    def __exit__(self, *_):
        self.stack.close()

    def run(self, *command):
        return self.stack.enter_context(Child(*command))

    def start(self):
        """The agents share hosts out by address, so each has its own; JSON is YAML too."""
        os.mkdir(f"{self.folder}/targets")
        with open(f"{self.folder}/targets/hosts.yml", "w", encoding="ascii") as file:
            json.dump([{"targets": [f"127.1.{n >> 8}.{n & 255}:{REPLAY}"], "labels": {"instance": f"host{n:05}"}} for n in range(self.hosts)], file)
        self.store = self.run("victoria-metrics", f"-storageDataPath={self.folder}/data", f"-httpListenAddr=127.0.0.1:{STORE}",
                              "-search.latencyOffset=0s")
        self.agents = [self.run("prometheus", "--enable-feature=agent", f"--config.file={self.shard(number)}",
                                f"--storage.agent.path={self.folder}/wal{number}", f"--web.listen-address=127.0.0.1:{port}")
                       for number, port in enumerate(AGENTS)]
        self.vmalert = self.run("vmalert", *(f"-rule={self.known(path)}" for path in RULES), f"-datasource.url={self.url}",
                                f"-remoteWrite.url={self.url}", "-notifier.url=http://127.0.0.1:9", "-evaluationInterval=30s",
                                f"-httpListenAddr=127.0.0.1:{VMALERT}")
        until(f"{self.hosts} hosts in the store", 120, lambda: self.one('count(up{job="tcp-agent"} == 1)') == self.hosts)

    def shard(self, number):
        """The shipped configuration with this shard's number and the receiver."""
        text = open(f"{ROOT}/deploy/prometheus/agent-remote-write.yml", encoding="ascii").read()
        for old, new in (('regex: "0"', f'regex: "{number}"'), ("http://mimir.example:9009/api/v1/push", f"{self.url}/api/v1/write"),
                         ("scrape_interval: 15s", f"scrape_interval: {self.interval}s")):
            assert old in text
            text = text.replace(old, new)
        with open(f"{self.folder}/shard{number}.yml", "w", encoding="ascii") as file:
            file.write(text)
        return file.name

    def known(self, path):
        text = YOUNGER.sub("", open(path, encoding="ascii").read())
        with open(f"{self.folder}/{os.path.basename(path)}", "w", encoding="ascii") as file:
            file.write(text)
        return file.name

    def metrics(self, port, begin):
        """The values of a program's own series that begin so."""
        return [float(line.rpartition(" ")[2]) for line in get(f"http://127.0.0.1:{port}/metrics").decode().splitlines() if line.startswith(begin)]

    def rules_ms(self):
        """All groups once, each by its average."""
        sums, counts = (self.metrics(VMALERT, f"vmalert_iteration_duration_seconds_{what}") for what in ("sum", "count"))
        return sum(one / count for one, count in zip(sums, counts)) * 1000


def measure(folder, hosts, window):
    with Store(folder, hosts, 15) as store:
        programs = {"store": [store.store], "agents": store.agents, "vmalert": [store.vmalert]}
        time.sleep(75)
        begin = {name: sum(one.cpu() for one in some) for name, some in programs.items()}
        time.sleep(window)
        cpu = {name: (sum(one.cpu() for one in some) - begin[name]) / window for name, some in programs.items()}
        row = {
            "all rules, once, ms": store.rules_ms(),
            "Fleet dashboard, all queries, ms": store.answer_ms(fleet_queries()),
            "its list of hosts, ms": store.hosts_ms(),
            "all its queries without recording rules, ms": store.answer_ms(raw_queries()),
        }
        memory = {name: sum(one.resident() for one in some) / 2**20 for name, some in programs.items()}
    return row, cpu, memory


def weigh(folder):
    """Bytes on disk for each sample, merged, besides the index: as many samples as bench_fleet.py weighs."""
    with Store(folder, 20, 1) as store:
        time.sleep(150)
        get(f"{store.url}/internal/force_flush")
        get(f"{store.url}/internal/force_merge")
        time.sleep(2)
        until("merge", 60, lambda: sum(store.metrics(STORE, 'vm_active_merges{type="storage/')) == 0)
        size, rows = (sum(store.metrics(STORE, f'{name}{{type="storage/')) for name in ("vm_data_size_bytes", "vm_rows"))
        return size / rows


def compare(folder, hosts, window, prometheus):
    row, cpu, memory = measure(folder, hosts, window)
    row["bytes a sample"] = weigh(folder)
    print(hosts, prometheus, row, cpu, memory, file=sys.stderr)
    version = subprocess.run(["dpkg-query", "-W", "victoria-metrics"], capture_output=True, text=True, check=True).stdout.split()[1]

    def parts(of, form):
        return f"{form(sum(of.values()))} ({', '.join(f'{name} {form(value)}' for name, value in of.items())})"

    lines = [f"Written by `make bench-fleet FLEET=--store={hosts}` as the table above, for {hosts} hosts in one run: VictoriaMetrics {version}, all rules every 30 s in "
             "both. The agents and vmalert are processes of their own; the figures in brackets are their parts.", "",
             "| | one Prometheus | two agents and VictoriaMetrics |", "| --- | ---: | ---: |",
             f"| resident memory, MiB | {figure(prometheus['resident memory, MiB'])} | {parts(memory, figure)} |",
             f"| CPU, share of one | {figure(prometheus['CPU, share of one'])} | {parts(cpu, figure)} |",
             f"| bytes a sample, besides the index | {prometheus['bytes a sample']:.2f} | {row['bytes a sample']:.2f} |"]
    lines += [f"| {name} | {figure(prometheus[name])} | {figure(value)} |" for name, value in row.items() if name != "bytes a sample"]
    write("store", lines)
