"""Serves two expositions of one agent as if they came from any number of hosts: replay.py PORT FIRST SECOND [HOSTS].

Host 7 is http://127.0.0.1:PORT/7. It is also /metrics of an address of its own, 127.1.0.7, for a Prometheus that shares hosts out by
address. Each host counts its scrapes in tcpagent_replay_scrapes_total. /served says the fewest and the most scrapes of the first HOSTS.

Each host has 2 devices, 4 CPUs and 10 listeners, made of what the expositions hold. Counters that moved between the two go on at
that rate, more or less, each host in its own way; gauges waver between both values; one host of five has a full accept queue: then the
ten and twenty worst that rules keep are as many with a hundred hosts as with ten thousand.
"""
import collections
import gzip
import random
import re
import socket
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECONDS = 12


def samples(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").rpartition(" ")[::2] if line[0] != "#" else (line.rstrip("\n"), None) for line in file]


def shaped(lines):
    """The two devices with the most series, two CPUs that become four, ten listeners."""
    found = [match[1] for series, value in lines if value is not None and (match := re.search(r'device="([^"]*)"', series))]
    devices = [name for name, _ in collections.Counter(found).most_common(2)]
    listeners = {}
    for series, value in lines:
        device = re.search(r'device="([^"]*)"', series) if value is not None else None
        if device and device[1] not in devices:
            continue
        listener = re.search(r'^tcpagent_listener_\w+\{address="([^"]*)",port="([^"]*)"', series)
        if listener and listeners.setdefault(listener.groups(), len(listeners)) > 9:
            continue
        yield series, value
        if 'cpu="1"' in series:
            yield series.replace('cpu="1"', 'cpu="2"'), value
            yield series.replace('cpu="1"', 'cpu="3"'), value


class Host:
    """What one host has counted so far."""

    def __init__(self, number, first, second):
        self.random = random.Random(number)
        self.lock = threading.Lock()
        self.last = time.time()
        self.scrapes = 0
        scale = self.random.uniform(0.5, 2)
        sick = number % 5 == 0
        self.rows = []
        for series, value in first:
            then = second.get(series, value)
            if value is None:
                self.rows.append([series, None, 0, False])
                continue
            now, rate = float(value), (float(then) - float(value)) / SECONDS * scale
            counter = series.split("{")[0].endswith("_total")
            if sick and re.search(r'_(losses|saturated_seconds|drops)_total\{\w+="accept_queue"', series):
                rate = 1.0
            if sick and series == 'tcpagent_resource_state{resource="accept_queue"}':
                now = rate = 2.0
            if sick and series == 'tcpagent_resource_used_peak{resource="accept_queue"}':
                now = rate = 129.0
            self.rows.append([series, now, rate if counter else rate if sick and now == rate else float(then), counter])

    def render(self):
        with self.lock:
            now = time.time()
            elapsed, self.last = now - self.last, now
            self.scrapes += 1
            text = ["# TYPE tcpagent_replay_scrapes_total counter", f"tcpagent_replay_scrapes_total {self.scrapes}"]
            for row in self.rows:
                series, value, change, counter = row
                if value is None:
                    text.append(series)
                elif counter:
                    if change:
                        row[1] = value = value + change * elapsed * self.random.uniform(0.5, 1.5)
                    text.append(f"{series} {value:.0f}" if "seconds" not in series else f"{series} {value:.6f}")
                elif series == "tcpagent_sample_timestamp_seconds":
                    text.append(f"{series} {now:.3f}")
                else:
                    text.append(f"{series} {value if change == value or self.random.random() < 0.7 else change:.9g}")
            return ("\n".join(text) + "\n").encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/served":
            scrapes = [host.scrapes for host in list(HOSTS.values())]
            body = f"{min(scrapes)} {max(scrapes)}\n".encode()
        else:
            number = self.address_number() if self.path == "/metrics" else int(self.path.strip("/"))
            if number not in HOSTS:
                HOSTS[number] = Host(number, FIRST, SECOND)
            body = HOSTS[number].render()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 1)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_number(self):
        """127.1.2.3 is host 515."""
        high, low = self.connection.getsockname()[0].split(".")[2:]
        return int(high) << 8 | int(low)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True

    def server_bind(self):
        """One listener for all addresses of loopback, and only for those. Asks no DNS for its name, as HTTPServer would."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        socketserver.TCPServer.server_bind(self)


FIRST = list(shaped(samples(sys.argv[2])))
SECOND = dict(pair for pair in shaped(samples(sys.argv[3])) if pair[1] is not None)
HOSTS = {number: Host(number, FIRST, SECOND) for number in range(int(sys.argv[4]) if len(sys.argv) > 4 else 0)}
Server(("", int(sys.argv[1])), Handler).serve_forever()
