#!/usr/bin/env python3
"""Pictures of the dashboards for deploy/grafana/pictures: make dashboard-pictures, as root, eight minutes.

Two hosts are network namespaces on one link: lb1 serves short connections and a bulk transfer, has an application on port 8080 that does
not accept while twenty clients connect to it, and a lossy minute; web1 is its peer. A real Prometheus scrapes their agents every two
seconds with the rules of deploy/prometheus. Then every query of both dashboards is asked as Grafana would ask it, and render.jsx draws the
answers in Chromium. It needs prometheus, chromium, node, npm with its registry, iproute2 and nft.
"""
import argparse, json, os, pathlib, re, shutil, subprocess, sys, tempfile, time, urllib.parse, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parents[3]
DASHBOARDS = REPO / "deploy/grafana/dashboards"
LENGTH, STEP = 300, 2
LB, WEB = "10.98.0.1", "10.98.0.2"

SERVE = """
import socket, sys, threading
address, port, backlog, kind = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind((address, port)); s.listen(backlog)
import time
while kind == 'stuck': time.sleep(60)
def one(c):
    while c.recv(65536):
        if kind == 'echo': c.sendall(b'x' * 2000); break
    c.close()
while True: threading.Thread(target=one, args=(s.accept()[0],), daemon=True).start()
"""
CLIENT = """
import socket, sys, time
address, port, rate, seconds, kind = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
end = time.monotonic() + seconds; held = []
while time.monotonic() < end:
    c = socket.socket(); c.setblocking(kind != 'stuck')
    try:
        c.connect((address, port))
        if kind == 'echo': c.sendall(b'q' * 200); c.recv(4000); c.close()
        while kind == 'bulk' and time.monotonic() < end: c.sendall(b'z' * 65536); time.sleep(0.05)
    except BlockingIOError: held.append(c)
    except OSError: pass
    time.sleep(1 / rate)
"""


class Rig:
    def __init__(self, agent, folder):
        self.agent, self.folder, self.children = agent, folder, []
        self.names = {"lb1": f"pic{os.getpid()}a", "web1": f"pic{os.getpid()}b"}

    def run(self, *command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def start(self, host, *command):
        log = open(self.folder / f"{len(self.children)}.log", "wb")
        self.children.append(subprocess.Popen(["ip", "netns", "exec", self.names[host], *command], stdout=log, stderr=log))
        return self.children[-1]

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def build(self):
        a, b = self.names["lb1"], self.names["web1"]
        for name in (a, b):
            self.run("ip", "netns", "add", name)
            self.run("ip", "-n", name, "link", "set", "lo", "up")
        self.run("ip", "-n", a, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", b)
        for name, address in ((a, LB), (b, WEB)):
            self.run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
            self.run("ip", "-n", name, "link", "set", "eth0", "up")
        self.run("tc", "-n", a, "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "200mbit", "burst", "64kb", "limit", "1mb")
        for name in (a, b):
            for rule in ("add table ip pic", "add chain ip pic in { type filter hook prerouting priority 0; }", "add rule ip pic in ct state new counter accept"):
                self.run("ip", "netns", "exec", name, "nft", rule)

    def __exit__(self, *_):
        for child in self.children:
            child.kill()
            child.wait()
        for name in self.names.values():
            subprocess.run(["ip", "netns", "del", name], check=False)

    def load(self):
        python = [sys.executable, "-c"]
        for port, backlog, kind in ((8081, 1024, "echo"), (8082, 128, "sink"), (8080, 4, "stuck")):
            self.start("lb1", *python, SERVE, LB, str(port), str(backlog), kind)
        self.start("web1", *python, SERVE, WEB, "5432", "1024", "echo")
        time.sleep(1)
        self.start("web1", *python, CLIENT, LB, "8081", "120", "900", "echo")
        self.start("web1", *python, CLIENT, LB, "8082", "1", "900", "bulk")
        self.start("lb1", *python, CLIENT, WEB, "5432", "30", "900", "echo")

    def incident(self):
        self.start("web1", sys.executable, "-c", CLIENT, LB, "8080", "4", "90", "stuck")

    def lossy(self, on):
        nft = ["ip", "netns", "exec", self.names["web1"], "nft"]
        if on:
            self.run(*nft, "add chain ip pic lossy { type filter hook prerouting priority -10; }")
            self.run(*nft, "add rule ip pic lossy tcp sport 8081 numgen random mod 100 < 4 drop")
        else:
            self.run(*nft, "flush chain ip pic lossy")

    def prometheus(self):
        rules = [str(path) for path in sorted((REPO / "deploy/prometheus").glob("*.rules.yml"))]
        config = {
            "global": {"scrape_interval": f"{STEP}s", "evaluation_interval": f"{STEP}s"}, "rule_files": rules,
            "scrape_configs": [{
                "job_name": "tcp-agent",
                "static_configs": [
                    {"targets": [f"{LB}:10793"], "labels": {"instance": "lb1:10793"}}, {"targets": [f"{WEB}:10793"], "labels": {"instance": "web1:10793"}},
                    {"targets": [f"{WEB}:1"], "labels": {"instance": "web2:10793"}}]}]}
        (self.folder / "prometheus.yml").write_text(json.dumps(config))
        for host in self.names:
            self.start(host, self.agent, "serve", "--web.listen-address=:10793", "--sample.interval=1s")
        self.start("lb1", "prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/tsdb",
                   "--web.listen-address=127.0.0.1:9090", "--query.lookback-delta=10s")

    def ask(self, path, **query):
        url = f"http://127.0.0.1:9090/api/v1/{path}?{urllib.parse.urlencode(query)}"
        out = subprocess.run(["ip", "netns", "exec", self.names["lb1"], "curl", "-sS", url], check=True, capture_output=True).stdout
        answer = json.loads(out)
        if answer["status"] != "success":
            raise SystemExit(f"{query}: {answer}")
        return answer["data"]["result"]


def substituted(expression, instance, resource=".+"):
    for name, value in (("$job", ".+"), ("$instance", instance), ("$resource", resource), ("$__rate_interval", "16s"), ("$__range", f"{LENGTH}s")):
        expression = expression.replace(name, value)
    return expression


def opened(dashboard):
    """All rows opened, as one scrolls through them."""
    panels, down = [], 0
    for row in dashboard["panels"]:
        inner = row.get("panels", [])
        for one in [{**row, "was": bool(inner), "collapsed": False, "title": row["title"].replace("$resource", "accept_queue")}, *inner]:
            panels.append({**one, "gridPos": {**one["gridPos"], "y": one["gridPos"]["y"] + down}})
        if inner:
            down += max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in inner) - row["gridPos"]["y"] - 1
    return {**dashboard, "panels": panels}


def answers(rig, dashboard, instance, start, end):
    found = {}
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            query = substituted(target["expr"], instance, "accept_queue")
            key = f"{panel['id']} {target['refId']}"
            found[key] = rig.ask("query", query=query, time=end) if target.get("instant") else rig.ask("query_range", query=query, start=start, end=end, step=STEP)
    return found


def draw(work, name, given, out):
    (work / "page.html").write_text(
        f"<!doctype html><meta charset=utf-8><link rel=stylesheet href=render.css><body><script>window.given={json.dumps(given)}</script><script src=render.js></script>")
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in given["dashboard"]["panels"])
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files", "--virtual-time-budget=6000",
                    "--force-device-scale-factor=0.75", f"--window-size=1600,{bottom * 38 + 52}", f"--screenshot={out / name}.png", f"file://{work}/page.html"], check=True, stderr=subprocess.DEVNULL)


def bundle(work):
    for file in ("package.json", "render.jsx"):
        shutil.copy(HERE / file, work / file)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps", "--silent"], cwd=work, check=True)
    subprocess.run(["node_modules/.bin/esbuild", "render.jsx", "--bundle", "--minify", "--outfile=render.js", "--loader:.svg=dataurl", "--loader:.woff2=dataurl",
                    "--loader:.png=dataurl", "--loader:.ttf=empty", "--define:process.env.NODE_ENV=\"production\"", "--log-level=error"], cwd=work, check=True)


def record(agent, folder):
    with Rig(agent, folder) as rig:
        rig.load()
        rig.prometheus()
        time.sleep(70)
        begin = time.time()
        for at, what in ((60, lambda: rig.lossy(True)), (120, lambda: rig.lossy(False)), (LENGTH - 85, rig.incident)):
            time.sleep(max(0, begin + at - time.time()))
            what()
        time.sleep(max(0, begin + LENGTH - time.time()))
        end = int(time.time())
        found = {}
        for file, instance in (("host", "lb1:10793"), ("fleet", ".+")):
            dashboard = opened(json.loads((DASHBOARDS / f"{file}.json").read_text()))
            found[file] = {"dashboard": dashboard, "answers": answers(rig, dashboard, instance, end - LENGTH, end), "from": end - LENGTH, "to": end}
        return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--agent", default=str(REPO / "artifacts/tcp-agent/tcp-agent"))
    parser.add_argument("--out", type=pathlib.Path, default=REPO / "deploy/grafana/pictures")
    parser.add_argument("--recorded", type=pathlib.Path, help="draw this recording, or write it if it does not exist")
    parser.add_argument("--work", type=pathlib.Path, help="folder with the installed packages")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tcp-agent-pictures-") as temporary:
        folder = pathlib.Path(temporary)
        if options.recorded and options.recorded.exists():
            found = json.loads(options.recorded.read_text())
            for file in found:
                found[file]["dashboard"] = opened(json.loads((DASHBOARDS / f"{file}.json").read_text()))
        else:
            found = record(options.agent, folder)
            if options.recorded:
                options.recorded.write_text(json.dumps(found))
        work = options.work or folder
        bundle(work)
        for file, given in found.items():
            draw(work, file, given, options.out)
    empty = [(file, key) for file, given in found.items() for key, value in given["answers"].items() if not value]
    print("queries without data:", ", ".join(f"{file} {key}" for file, key in empty) or "none")


if __name__ == "__main__":
    main()
