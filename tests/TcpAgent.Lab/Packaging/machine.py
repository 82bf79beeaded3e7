"""A Debian booted by its own systemd in a container, from a tree that is thrown away afterwards. Needs root and the network."""
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
INCLUDE = "systemd,systemd-sysv,dbus,curl,procps"


def run(*command, check=True, **more):
    """Runs to the end; returns standard output."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    if check and done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def check(what, holds, detail=""):
    print(f"{'ok  ' if holds else 'FAIL'} {what}{f': {detail}' if detail != '' else ''}", flush=True)
    if not holds:
        sys.exit(1)


def debian(suite="bookworm"):
    """A minimal Debian as a tar file, made once."""
    tar = REPOSITORY / f"artifacts/lab/{suite}.tar"
    if not tar.exists():
        tar.parent.mkdir(parents=True, exist_ok=True)
        unfinished = tar.with_name("unfinished.tar")
        run("mmdebstrap", "--variant=apt", f"--include={INCLUDE}", suite, unfinished)
        os.rename(unfinished, tar)
    return tar


class Machine:
    """with Machine(suite) as machine: machine.run("systemctl", "status"). It shares this host's network and does not change it."""

    nspawn = None

    def __init__(self, suite):
        self.suite = suite

    def __enter__(self):
        tar = debian(self.suite)
        self.home = Path(tempfile.mkdtemp(prefix="tcp-agent-lab-"))
        try:
            self.boot(tar)
        except BaseException:
            self.__exit__()
            raise
        return self

    def boot(self, tar):
        self.root = self.home / "root"
        self.root.mkdir()
        run("tar", "--exclude=./dev/*", "-C", self.root, "-xf", tar)
        # The network is this host's: nothing in there may set it up.
        for unit in ("systemd-sysctl", "systemd-networkd", "systemd-resolved", "networking", "systemd-timesyncd"):
            os.symlink("/dev/null", self.root / f"etc/systemd/system/{unit}.service")
        (self.root / "etc/machine-id").write_text("")
        with open(self.home / "boot.log", "wb") as log:
            self.nspawn = subprocess.Popen(
                ["systemd-nspawn", "-q", "-D", self.root, "--boot", "--register=no", "--keep-unit", "--console=read-only"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.leader = self.wait("boot", self.find_leader, 30)
        self.wait("boot", lambda: self.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded"), 60)

    def __exit__(self, *_):
        if self.nspawn and self.nspawn.poll() is None:
            self.nspawn.terminate()
            try:
                self.nspawn.wait(20)
            except subprocess.TimeoutExpired:
                self.nspawn.kill()
                self.nspawn.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def find_leader(self):
        if self.nspawn.poll() is not None:
            raise SystemExit("systemd-nspawn ended: " + (self.home / "boot.log").read_text())
        children = run("pgrep", "-x", "systemd", "-P", str(self.nspawn.pid), check=False).split()
        return children[0] if children else None

    def run(self, *command, **more):
        return run("nsenter", "-t", self.leader, "-a", *command, **more)

    def show(self, unit, *properties):
        lines = self.run("systemctl", "show", unit, "-p", ",".join(properties)).splitlines()
        return dict(line.split("=", 1) for line in lines)

    def files(self):
        """Every path except those with a life of their own."""
        passing = ("proc", "sys", "dev", "run", "tmp", "var/tmp", "var/log", "var/cache", "var/lib/dpkg", "var/lib/systemd", "root")
        found = set()
        for folder, folders, names in os.walk(self.root):
            here = os.path.relpath(folder, self.root)
            folders[:] = [name for name in folders if os.path.normpath(os.path.join(here, name)) not in passing]
            found.update(os.path.normpath(os.path.join(here, name)) for name in folders + names)
        return found

    @staticmethod
    def wait(what, condition, seconds):
        """The first value that is true, however long it takes."""
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise SystemExit(f"{what}: not within {seconds} s")
            time.sleep(0.1)
