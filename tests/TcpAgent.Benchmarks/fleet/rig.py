"""What the benchmarks of a fleet share: processes, the agent's expositions, questions to a Prometheus and to what answers like one."""
import glob
import json
import os
import re
import socket
import statistics
import subprocess
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


class Answers:
    """What answers as a Prometheus does, at a port of loopback."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, query):
        return json.loads(get(f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"))["data"]["result"]

    def one(self, query):
        result = self.ask(query)
        return float(result[0]["value"][1]) if result else 0.0

    def answer_ms(self, queries):
        return median_ms(5, lambda: [self.ask(query) for query in queries])

    def hosts_ms(self):
        """The query that fills the dashboard's list of hosts."""
        selector = urllib.parse.urlencode({"match[]": "tcpagent_build_info"})
        return median_ms(5, lambda: get(f"{self.url}/api/v1/label/instance/values?{selector}"))


def fleet_queries():
    """The queries of one view of the Fleet dashboard."""
    with open(f"{ROOT}/deploy/grafana/dashboards/fleet.json", encoding="ascii") as file:
        targets = [target["expr"] for panel in json.load(file)["panels"] for target in panel.get("targets", [])]
    return [re.sub(r"\$(job|instance|resource)\b", ".+", expression) for expression in targets]


def raw_queries():
    """
    The same without recording rules: each recorded name replaced by its rule's expression, where it is only selected from. The odd ones
    out are left out, because they rest on one another.
    """
    rules = dict(re.findall(r"record: (\S+)\n\s+expr: (.+)\n", open(f"{ROOT}/deploy/prometheus/fleet.rules.yml", encoding="ascii").read()))
    return [re.sub(r"((?:\w+):tcpagent_\w+:\w+)\{[^}]*\}", lambda match: f"({rules[match[1]]})", expression) for expression in fleet_queries()
            if ":tcpagent_odd:" not in expression]


def figure(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write(marker, lines):
    """Replaces what docs/fleet.md has between a marker and the end of its part."""
    path = f"{ROOT}/docs/fleet.md"
    text = open(path, encoding="ascii").read()
    begin = text.index(f"<!-- {marker} -->") + len(f"<!-- {marker} -->")
    with open(path, "w", encoding="ascii") as file:
        file.write(text[:begin] + "\n" + "\n".join(lines) + "\n" + text[text.index("<!-- end -->", begin):])
