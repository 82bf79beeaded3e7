#!/usr/bin/env python3
"""The Dockerfile as it is, built by buildah on bases made here under the names it asks for, and run by podman. make container-lab.

The registry of the bases cannot be reached from everywhere; what is made instead is Debian: the SDK of this machine in a minimal
system, and for running it the C and C++ libraries and OpenSSL alone, without a shell, as in the chiseled image.
"""
import base64
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from machine import REPOSITORY, check, debian, run

SDK, BASE = "mcr.microsoft.com/dotnet/sdk:10.0", "mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled"
IMAGE = "localhost/tcp-agent:lab"
# Of "secret".
HASH = "$2y$10$mDwo.lAisC94iLAyP81MCen51KcnL7H9WE0yuXjc0s1iJLMvJRj6y"
HEALTHCHECK = ["/usr/bin/tcp-agent", "healthcheck"]
# What the documented docker run line says, in podman's words; the rest is for a host without systemd and with cgroup v1.
RUN = "--network host --read-only --read-only-tmpfs=false --cap-drop ALL --security-opt no-new-privileges".split()
HERE = "--rm --pull=never --cgroups=disabled --no-healthcheck".split()


class Engine:
    """buildah and podman over a storage of their own."""

    def __init__(self, home):
        self.home = home
        self.started = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % probe.getsockname()[1]
        self.storage = ["--root", f"{home}/storage", "--runroot", f"{home}/run", "--storage-driver", "overlay"]

    def buildah(self, *command):
        return run("buildah", *self.storage, *command)

    def image(self, name, tree, *config):
        self.buildah("from", "--name", "base", "scratch")
        for source, *target in tree:
            self.buildah("add", "-q", "base", str(source), *target)
        if config:
            self.buildah("config", *config, "base")
        self.buildah("commit", "-q", "base", name)
        self.buildah("rm", "base")

    def start(self, *arguments, options=(), credentials=None):
        limit = run("sh", "-c", "ulimit -Hn").strip()
        pidfile = f"{self.home}/pid"
        Path(pidfile).unlink(missing_ok=True)
        podman = ["podman", *self.storage, "--runtime", "crun", "--cgroup-manager", "cgroupfs", "--events-backend", "file", "run", *HERE, *RUN,
                  "--ulimit", f"nofile={limit}:{limit}", "--ulimit", "nproc=1024:1024", "--pidfile", pidfile,
                  "-e", f"TCPAGENT_WEB_LISTEN_ADDRESS={self.address}", *options, IMAGE, *arguments]
        cgroup2 = 'mount --make-rprivate /; umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"'
        with open(f"{self.home}/log", "w", encoding="utf-8") as log:
            started = subprocess.Popen(["unshare", "-m", "sh", "-c", cgroup2, "sh", *podman], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.started.append(started)
        for _ in range(300):
            if started.poll() is not None:
                raise SystemExit(Path(f"{self.home}/log").read_text())
            text = self.scrape(credentials)
            # The first sample is taken before the agent itself listens, and some metrics come with the second.
            if text and number(text, "tcpagent_samples_total") >= 3:
                return started, Path(pidfile).read_text().strip(), text
            time.sleep(0.1)
        raise SystemExit("no answer: " + Path(f"{self.home}/log").read_text())

    def scrape(self, credentials=None):
        asked = urllib.request.Request(f"http://{self.address}/metrics")
        if credentials:
            asked.add_header("Authorization", "Basic " + base64.b64encode(credentials.encode()).decode())
        try:
            with urllib.request.urlopen(asked, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            return None

    def stop(self, started):
        """podman passes the signal to the agent, and its exit code back."""
        started.terminate()
        return started.wait(15)


def runtime_base(engine, arch):
    minimal = engine.home / f"runtime-{arch}.tar"
    run("mmdebstrap", "--variant=extract", f"--architectures={arch}", "--include=libc6,libgcc-s1,libstdc++6,libssl3", "bookworm", minimal)
    engine.image(BASE, [(minimal, "/")], "--arch", arch)


def bases(engine):
    runtime_base(engine, "amd64")
    dotnet = Path(os.path.realpath(shutil.which("dotnet"))).parent
    certificates = Path("/etc/ssl/certs/ca-certificates.crt")
    engine.image(
        SDK, [(debian(), "/"), (dotnet, "/usr/share/dotnet"), (certificates, str(certificates))],
        "--env", "PATH=/usr/share/dotnet:/usr/bin:/bin", "--env", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "--env", "DOTNET_NOLOGO=1")


def bud(engine, image, *options):
    packages = Path(os.environ.get("NUGET_PACKAGES", Path.home() / ".nuget/packages"))
    engine.buildah(
        "bud", "--isolation", "chroot", "--pull=never", "--format", "docker", "-v", f"{packages}:/root/.nuget/packages:rw",
        "--build-arg", "REVISION=lab", "-f", f"{REPOSITORY}/Dockerfile", "-t", image, *options, str(REPOSITORY))


def cross_build(engine):
    """For the other platform, whose base takes the name of the first one's; its executable runs under emulation."""
    runtime_base(engine, "arm64")
    bud(engine, f"{IMAGE}-arm64", "--build-arg", "TARGETARCH=arm64")
    docker = json.loads(engine.buildah("inspect", "--type", "image", f"{IMAGE}-arm64"))["Docker"]
    container = engine.buildah("from", "--pull=never", "--arch", "arm64", f"{IMAGE}-arm64").strip()
    root = Path(engine.buildah("mount", container).strip())
    version = run("qemu-aarch64-static", "-L", root, root / "usr/bin/tcp-agent", "--version")
    check("it builds for arm64 too", docker["architecture"] == "arm64" and "platform: linux-arm64" in version, version.splitlines()[0])
    engine.buildah("umount", container)


def build(engine):
    started = time.monotonic()
    bud(engine, IMAGE)
    check("the Dockerfile builds as it is", True, f"{time.monotonic() - started:.0f} s")
    docker = json.loads(engine.buildah("inspect", "--type", "image", IMAGE))["Docker"]
    config = docker["config"]
    check("it runs as nobody", config["User"] == "65534:65534")
    check("its health check is the agent's own verb", config["Healthcheck"]["Test"] == ["CMD", *HEALTHCHECK])
    labels = {key.removeprefix("org.opencontainers.image."): value for key, value in config["Labels"].items()}
    check("it says what it is", {"title", "description", "licenses", "version", "revision"} <= set(labels), f"{labels['title']} {labels['version']}")
    sizes = {line.split()[0]: line.split()[1:] for line in engine.buildah("images", "--format", "{{.Name}} {{.Size}}").splitlines()}
    check("sizes", True, f"image {' '.join(sizes['localhost/tcp-agent'])}, of that base {' '.join(sizes[BASE.split(':')[0]])}")


def runs(engine):
    started, pid, text = engine.start()
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    check("scraped", text.count("\n") > 500, f"{text.count(chr(10))} lines")
    check("nobody, without capabilities, no new privileges", status["Uid"].split()[0] == "65534" and status["NoNewPrivs"] == "1"
          and all(int(status[name], 16) == 0 for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")))
    root = next(line.split() for line in Path(f"/proc/{pid}/mountinfo").read_text().splitlines() if line.split()[4] == "/")
    check("its root is read-only", "ro" in root[5].split(","))
    check("no source failed", not re.search(r"^tcpagent_source_success{.*} 0$", text, re.M))
    listening = number(text, 'tcpagent_tcp_sockets{state="listen"}')
    check("it sees the host's network", listening == host_listeners(), f"{listening:.0f} listeners")
    first = number(text, "tcpagent_sample_timestamp_seconds") - number(text, "tcpagent_samples_total") + 1 - start_time(pid)
    check("the first sample within a second", 0 < first < 1, f"{first:.2f} s")
    resident = int(status["VmRSS"].split()[0]) / 1024
    check("less than 24 MiB are resident", resident < 24, f"{resident:.1f} MiB")
    environment = dict(one.split("=", 1) for one in Path(f"/proc/{pid}/environ").read_text().split("\0") if one)
    inside = ["nsenter", "-t", pid, "-m", "-n", "-p", "-S", "65534", *HEALTHCHECK]
    check("the image's health check in the container: healthy", subprocess.run(inside, env=environment, check=False).returncode == 0)
    check("SIGTERM ends it well", engine.stop(started) == 0, Path(f"{engine.home}/log").read_text().strip().splitlines()[-1])

    started, pid, mounted = engine.start("serve", "--path.procfs=/host/proc", options=("-v", "/proc:/host/proc:ro"))
    check("over the host's /proc the same metrics", names(mounted) == names(text), f"{len(names(text))} metrics")
    engine.stop(started)

    config = Path(f"{engine.home}/web.yml")
    config.write_text(f"basic_auth_users:\n  reader: {HASH}\n")
    started, pid, guarded = engine.start(
        "serve", "--web.config.file=/web.yml", options=("-v", f"{config}:/web.yml:ro"), credentials="reader:secret")
    more = sorted(names(guarded) - names(text))
    check("with the password the same metrics and the file's own", more and all(one.startswith("tcpagent_web_config_") for one in more), " ".join(more))
    check("without it and with a wrong one none", engine.scrape() is None and engine.scrape("reader:wrong") is None)
    engine.stop(started)


def names(text):
    return set(re.findall(r"^# TYPE (\S+)", text, re.M))


def number(text, name):
    return float(re.search(rf"^{name} (\S+)$", text, re.M).group(1))


def start_time(pid):
    """Field 22 of its stat. process_start_time_seconds comes from the kernel's btime, which has whole seconds."""
    ticks = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + ticks / os.sysconf("SC_CLK_TCK")


def host_listeners():
    """State 0A in the host's own tables."""
    return sum(line.split()[3] == "0A" for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:])


def main():
    home = Path(tempfile.mkdtemp(prefix="tcp-agent-lab-"))
    engine = Engine(home)
    try:
        bases(engine)
        build(engine)
        runs(engine)
        cross_build(engine)
    finally:
        for started in engine.started:
            if started.poll() is None:
                engine.stop(started)
        for mounted in [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines() if line.split()[4].startswith(str(home))][::-1]:
            run("umount", mounted, check=False)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
