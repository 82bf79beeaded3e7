#!/usr/bin/env python3
"""The published executable under hostile clients, with the unit's limits: what it has resident, and how long others wait.

Root. In a network namespace of its own, plain and with TLS: 5,000 idle connections, 1,000 that send their headers a byte at a time, 30
that ask and do not read (plain only), and 1,000 scrapes at once, twelve seconds each; somebody else scrapes twice a second. Prints a
line for each. See `make attack`.
"""

import contextlib
import os
import resource
import socket
import ssl
import sys
import tempfile
import threading
import time

from lab import ROOT, Failed, Lab, Measured, series, unit_environment
from start import web_config

PORT = 830
SECONDS = 12
IDLE, SLOW, DEAF, BURST = 5000, 1000, 30, 1000
PATIENCE = 10  # of those others, as Prometheus has it


class Attack:
    def __init__(self, lab, tls):
        self.lab, self.tls = lab, tls

    def connect(self, handshake=True):
        with self.lab.inside(self.lab.server):
            plain = socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE)
        return self.tls.wrap_socket(plain) if self.tls and handshake else plain

    def scrape(self):
        with self.connect() as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def idle(self, until):
        self.hold(IDLE, until)

    def slow(self, until):
        held = self.hold(SLOW, time.monotonic())
        for byte in b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n":
            for one in held:
                with contextlib.suppress(OSError):
                    one.sendall(bytes([byte]))
            time.sleep(0.5)
            if time.monotonic() > until:
                return

    def deaf(self, until):
        held = self.hold(DEAF, time.monotonic())
        for one in held:
            one.setblocking(False)
        while time.monotonic() < until:
            for one in held:
                with contextlib.suppress(OSError):
                    one.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
            time.sleep(0.05)

    def burst(self, until):
        """Each on a thread; one at a time enters the namespace, which is a thread's own."""
        connections = self.hold(BURST, time.monotonic())

        def ask(one):
            with contextlib.suppress(OSError):
                one.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                while one.recv(65536):
                    pass

        threads = [threading.Thread(target=ask, args=(one,)) for one in connections]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def hold(self, count, until):
        held = []
        for _ in range(count):
            with contextlib.suppress(OSError):
                held.append(self.connect())
        time.sleep(max(0, until - time.monotonic()))
        return held


def run(lab, agent, tls):
    with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, "log"), "w", encoding="utf-8") as sink:
        flags = [f"--web.config.file={web_config(folder)}"] if tls else []
        for name in ("idle", "slow", "burst") if tls else ("idle", "slow", "deaf", "burst"):
            child = lab.start(agent, "serve", f"--web.listen-address=127.0.0.1:{PORT}", "--history.file=none", *flags,
                              stdout=sink, stderr=sink, env={**os.environ, **unit_environment()})
            try:
                print(f"{'TLS, ' if tls else ''}{name}: {one(Attack(lab, tls), Measured(child), name)}", flush=True)
            finally:
                lab.stop(child)


def one(attack, agent, name):
    until_served(attack)
    first = agent.memory()["VmRSS"]
    attacker = os.fork()
    if attacker == 0:
        getattr(attack, name)(time.monotonic() + SECONDS)
        os._exit(0)
    waits, failed, end = [], 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        start = time.monotonic()
        try:
            if b" 200 " not in attack.scrape()[:16]:
                raise Failed("refused")
            waits.append(time.monotonic() - start)
        except (OSError, Failed):
            failed += 1
        time.sleep(0.5)
    os.waitpid(attacker, 0)
    peak, missed = agent.memory()["VmHWM"], series(until_served(attack).partition(b"\r\n\r\n")[2])["tcpagent_samples_missed_total"]
    return (f"{first:.1f} MiB at first, at most {peak:.1f}; {len(waits)} others answered within {max(waits):.2f} s, {failed} not; "
            f"{missed:.0f} samples missed")


def until_served(attack):
    for _ in range(100):
        with contextlib.suppress(OSError):
            answer = attack.scrape()
            if b" 200 " in answer[:16]:
                return answer
        time.sleep(0.1)
    raise Failed("it does not answer")


def main():
    if os.geteuid() != 0:
        sys.exit("attack.py: needs root, for network namespaces")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    artifacts = os.path.join(ROOT, "artifacts", "peers")
    os.makedirs(artifacts, exist_ok=True)
    with contextlib.closing(Lab(artifacts)) as lab:
        for tls in (None, context):
            run(lab, os.path.join(ROOT, "artifacts", "tcp-agent", "tcp-agent"), tls)


if __name__ == "__main__":
    main()
