"""How long the published executable takes to its first sample and for one answer, and what memory it has after scrapes."""

import contextlib
import json
import os
import re
import socket
import ssl
import statistics
import subprocess
import tempfile
import time

from lab import Failed, Measured, log, unit_environment

RUNS = 21
SCRAPES = 2000
PORT = 820  # behind those of idle.py
WATCHED = 1  # seconds


def measure(bench):
    """Milliseconds, medians; MiB after SCRAPES on new connections, and with TLS."""
    with tempfile.TemporaryDirectory() as folder:
        result = {
            "file": os.path.getsize(bench.agent),
            "ready": statistics.median(until_ready(bench, folder) for _ in range(RUNS)),
            "print": statistics.median(lasts(bench, bench.agent, "print") for _ in range(RUNS)),
            "why": statistics.median(lasts(bench, bench.agent, "why", "--json", f"--for={WATCHED}s") - 1e3 * WATCHED for _ in range(RUNS)),
            "memory": after_scrapes(bench, folder, ()),
            "memory_tls": after_scrapes(bench, folder, (f"--web.config.file={web_config(folder)}",)),
        }
    log("  " + json.dumps(result))
    return result


def lasts(bench, *command):
    start = time.monotonic()
    bench.lab.output(*command)
    return (time.monotonic() - start) * 1e3


@contextlib.contextmanager
def daemon(bench, folder, *flags):
    """Yields when systemd would know that it has started, after its first full sample: the process, and the milliseconds since before exec."""
    path = os.path.join(folder, "notify")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, open(os.path.join(folder, "log"), "w", encoding="utf-8") as sink:
        notify.bind(path)
        notify.settimeout(30)
        start = time.monotonic()
        child = bench.lab.start(
            bench.agent, "serve", f"--web.listen-address=127.0.0.1:{PORT}", "--history.file=none", *flags, stdout=sink, stderr=sink,
            env={**os.environ, **unit_environment(), "NOTIFY_SOCKET": path})
        try:
            while b"READY=1" not in notify.recv(4096):
                pass
            yield child, (time.monotonic() - start) * 1e3
        finally:
            bench.lab.stop(child)


def until_ready(bench, folder):
    with daemon(bench, folder) as (_, milliseconds):
        return milliseconds


def after_scrapes(bench, folder, flags):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if flags else None
    if tls:
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    with daemon(bench, folder, *flags) as (child, _):
        for _ in range(SCRAPES):
            scrape(bench, tls)
        return Measured(child).memory()


def scrape(bench, tls):
    """Scrapes as Prometheus does, but without keeping the connection."""
    with bench.lab.inside(bench.lab.server):
        plain = socket.create_connection(("127.0.0.1", PORT), timeout=30)
    with tls.wrap_socket(plain) if tls else plain as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    if not re.match(rb"HTTP/1\.1 200 ", answer):
        raise Failed(f"a scrape was answered by {answer[:60]}")


def web_config(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=bench",
         "-keyout", os.path.join(folder, "key.pem"), "-out", os.path.join(folder, "cert.pem")], check=True, capture_output=True)
    path = os.path.join(folder, "web.yml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n")
    return path


def text(found):
    """A paragraph."""
    def memory(one):
        return f"{one['VmRSS']:.1f} MiB resident, {one['RssAnon']:.1f} of them anonymous"

    return (
        f"The file has {found['file'] / 1e6:.1f} MB. It is ready, with a full sample taken, {found['ready']:.0f} ms after exec; `print` takes "
        f"{found['print']:.0f} ms, and `why` {found['why']:.0f} ms beyond what it watches (medians of {RUNS}). After {SCRAPES:,} compressed "
        f"scrapes, each on a new connection, it has {memory(found['memory'])}; with TLS {memory(found['memory_tls'])}.")
