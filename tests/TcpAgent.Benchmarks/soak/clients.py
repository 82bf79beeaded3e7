"""The clients of the soak: four that ask all the time, and one that renews the certificate and spoils the file meanwhile."""

import base64
import contextlib
import gzip
import http.client
import json
import os
import signal
import ssl
import subprocess
import time

from lab import SERVER, series

PLAIN_PORT, TLS_PORT = 10793, 10794
USER, PASSWORD = "prometheus", "secret"
HASH = "$2y$04$X0h1gDsPszWURQaxFh.zouZdfSt7HzEy4CLiI.zRYe8se5CVhYyZ."  # of the password, at the least cost
OPEN_METRICS = "application/openmetrics-text;version=1.0.0"
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE  # the certificate is compared whole where it matters


def plain():
    return http.client.HTTPConnection(SERVER, PLAIN_PORT, timeout=10)


def tls():
    return http.client.HTTPSConnection(SERVER, TLS_PORT, timeout=10, context=TLS)


def login(user=USER, password=PASSWORD):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def get(connection, path="/metrics", expected=200, **headers):
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != expected:
        raise http.client.HTTPException(f"{path}: {answer.status}, not {expected}: {body[:80]!r}")
    return gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body


def require(condition, problem):
    if not condition:
        raise http.client.HTTPException(problem)


class Asking:
    """One client's requests: each is counted, and each failure is reported."""

    def __init__(self, name, connect, totals):
        self.name, self.connect, self.totals, self.connection = name, connect, totals, connect()

    @contextlib.contextmanager
    def once(self, new=False):
        """The connection, kept from the last time or new."""
        try:
            if new:
                self.connection.close()
                self.connection = self.connect()
            yield self.connection
            self.totals.add("answers")
        except (OSError, http.client.HTTPException, ValueError, EOFError) as e:
            self.totals.failed(f"{self.name}: {type(e).__name__} {e}")
            self.connection.close()
            self.connection = self.connect()


def text(lab, clock, totals):
    """The text format each second over one connection."""
    with lab.inside(lab.peer):
        client, before = Asking("text", plain, totals), 0
        for _ in clock.every(1):
            with client.once() as connection:
                after = series(get(connection))["tcpagent_samples_total"]
                require(after >= before, f"samples went from {before} to {after}")
                before = after


def open_metrics(lab, clock, totals):
    """OpenMetrics, compressed, each time over a new connection."""
    with lab.inside(lab.peer):
        client = Asking("openmetrics", plain, totals)
        for _ in clock.every(5):
            with client.once(new=True) as connection:
                body = get(connection, **{"Accept": OPEN_METRICS, "Accept-Encoding": "gzip"})
                require(body.endswith(b"\n# EOF\n"), "no # EOF")


def page(lab, clock, totals):
    """What an open page asks for; once a minute also what a page asks for when it opens, and the verdict."""
    with lab.inside(lab.peer):
        client = Asking("page", plain, totals)
        for number, _ in enumerate(clock.every(1)):
            paths = ["/api/v1/live"]
            if number % 60 == 0:
                paths = ["/", *paths, "/api/v1/history?since=-15m", "/api/v1/incidents", "/api/v1/why"]
            for path in paths:
                with client.once() as connection:
                    body = get(connection, path, **{"Accept-Encoding": "gzip"})
                    if path != "/":
                        json.loads(body)


def secured(lab, clock, totals):
    """TLS and a password, by turns over a connection that stays and a new one; one in ten has the wrong password."""
    with lab.inside(lab.peer):
        client = Asking("tls", tls, totals)
        for number, _ in enumerate(clock.every(2)):
            wrong = number % 10 == 9
            with client.once(new=number % 6 == 0) as connection:
                body = get(connection, expected=401 if wrong else 200, **login(password="wrong" if wrong else PASSWORD))
                require(wrong or "tcpagent_samples_total" in series(body), "no samples")


# --- reloads --------------------------------------------------------------------------------------------------------------


class WebFolder:
    """The configuration, certificate and key of the second agent."""

    def __init__(self, folder):
        self.folder, self.number = folder, 0
        self.renew()
        self.write(f"extra{self.number}")

    def path(self, name):
        return os.path.join(self.folder, name)

    def renew(self):
        """A new key and certificate, each replaced atomically; returns the certificate as DER."""
        self.number += 1
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN=soak{self.number}",
             "-keyout", self.path("server.key.new"), "-out", self.path("server.crt.new")], check=True, stderr=subprocess.DEVNULL)
        for name in ("server.key", "server.crt"):
            os.rename(self.path(f"{name}.new"), self.path(name))
        with open(self.path("server.crt"), encoding="ascii") as file:
            return ssl.PEM_cert_to_DER_cert(file.read())

    def write(self, extra, further=""):
        with open(self.path("web.yml.new"), "w", encoding="ascii") as file:
            file.write(f"tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\nbasic_auth_users:\n  {USER}: {HASH}\n  {extra}: {HASH}\n{further}")
        os.rename(self.path("web.yml.new"), self.path("web.yml"))


def served(user=USER):
    """The certificate that a new connection gets, and whether the agent reports its last reload as successful."""
    with contextlib.closing(tls()) as connection:
        connection.connect()
        certificate = connection.sock.getpeercert(binary_form=True)
        return certificate, series(get(connection, **login(user)))["tcpagent_web_config_last_reload_successful"]


def reloads(lab, clock, totals, folder, pid):
    """A new certificate, a bad file and a good one again, in turn; a SIGHUP after each."""
    with lab.inside(lab.peer):
        certificate, user = served()[0], USER
        for number, _ in enumerate(clock.every(30)):
            kind = ("certificate", "bad", "good")[number % 3]
            if kind == "certificate":
                certificate = folder.renew()
            elif kind == "bad":
                folder.write("never", "no_such_key: 1\n")
            else:
                user = f"extra{folder.number}"
                folder.write(user)
            os.kill(pid, signal.SIGHUP)
            expected, seen = (certificate, 0 if kind == "bad" else 1), None
            end = time.monotonic() + 5
            while seen != expected and time.monotonic() < end:
                time.sleep(0.3)  # the metric is of the sample before last at worst, so several looks
                try:
                    seen = served(user)
                except (OSError, http.client.HTTPException) as e:
                    seen = e
            if seen == expected:
                totals.add("reloads")
            else:
                wrong = seen if isinstance(seen, Exception) else f"certificate as expected: {seen[0] == certificate}, success {seen[1]}"
                totals.failed(f"reload, {kind}: {wrong}")


ALL = (text, open_metrics, page, secured)
