#!/usr/bin/env python3
"""The .deb in a Debian booted by systemd: installed, started, scraped, reloaded, hung, upgraded, removed, purged. make package-lab.

usage: package_lab.py [SUITE...]        the newest stable release that its own systemd can boot here, and the oldest that is still served
"""
import json
import re
import socket
import sys
import time

from machine import REPOSITORY, Machine, check, run

PORT = 10793
UNIT = "tcp-agent.service"
SUITES = ("bookworm", "bullseye")
DENIED = "nfqueue"


def main():
    with socket.socket() as probe:
        check(f"port {PORT} is free", probe.connect_ex(("127.0.0.1", PORT)) != 0)
    [package] = (REPOSITORY / "artifacts/packages").glob("tcp-agent_*_amd64.deb")
    for suite in sys.argv[1:] or SUITES:
        print(f"-- Debian {suite}")
        life(suite, package)


def life(suite, package):
    with Machine(suite) as machine:
        before = machine.files()
        install(machine, package)
        starts(machine)
        sandbox(machine)
        sources(machine)
        memory(machine)
        journal_and_reload(machine)
        watchdog(machine)
        nfqueue(machine)
        passed_socket(machine)
        taken_address(machine)
        one_port(machine)
        upgrade(machine, package)
        remove(machine, before)


def install(machine, package):
    run("cp", str(package), str(machine.root / "root/tcp-agent.deb"))
    machine.run("dpkg", "-i", "/root/tcp-agent.deb")
    state = machine.show(UNIT, "ActiveState", "UnitFileState", "StatusText")
    check("installed, enabled and running", (state["ActiveState"], state["UnitFileState"]) == ("active", "enabled"))
    check("systemctl status shows the STATUS line", re.search(r'Status: "sampling \d+ sources', machine.run("systemctl", "status", UNIT)), state["StatusText"])
    check("the socket is not taken over unasked", machine.show("tcp-agent.socket", "UnitFileState", "ActiveState") == {"UnitFileState": "disabled", "ActiveState": "inactive"})
    check("man page and completion are there", machine.run("test", "-s", "/usr/share/bash-completion/completions/tcp-agent") == "")


def starts(machine):
    """From exec to READY, which comes after the first full sample."""
    for n in range(3):
        machine.run("systemctl", "restart", UNIT)
        state = machine.show(UNIT, "ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic")
        seconds = (int(state["ActiveEnterTimestampMonotonic"]) - int(state["ExecMainStartTimestampMonotonic"])) / 1e6
        check(f"start {n + 1} within 2 s", 0 < seconds < 2, f"{seconds:.2f} s")


def sandbox(machine):
    process = f"/proc/{machine.show(UNIT, 'MainPID')['MainPID']}"
    text = machine.run("cat", f"{process}/status")
    status = dict(line.split(":\t", 1) for line in text.splitlines())
    check("no capability", all(int(status[name], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")))
    check("system calls are filtered, no new privileges", (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1"))
    check("a dynamic user", int(status["Uid"].split()[0]) >= 61184, status["Uid"].split()[0])
    check("no core dumps", re.search(r"^Max core file size +0 +0 ", machine.run("cat", f"{process}/limits"), re.M))
    # Of several mounts at one place the last counts.
    mounts = {fields[4]: fields[5].split(",") for fields in map(str.split, machine.run("cat", f"{process}/mountinfo").splitlines())}
    executable = sorted(place for place, options in mounts.items() if "noexec" not in options)
    writable = {"/", "/dev/shm", "/run", "/tmp", "/var/tmp", "/var/lib/private/tcp-agent"}
    check("nothing that it can write may be executed", not writable & set(executable), " ".join(executable))
    check("its own state directory", machine.run("stat", "-Lc", "%a", "/var/lib/tcp-agent").strip() == "700")
    score = machine.run("systemd-analyze", "security", UNIT).splitlines()[-1]
    check("exposure is 1.3 or less", float(re.search(r"level for \S+: ([\d.]+)", score).group(1)) <= 1.3, re.search(r"[\d.]+ [A-Z]+", score).group())


def exposition(machine):
    return machine.run("curl", "-sf", f"http://127.0.0.1:{PORT}/metrics")


def modes(text):
    return dict(re.findall(r'^tcpagent_source_mode{source="(\w+)",mode="(\w+)"} 1$', text, re.M))


def names(text):
    return set(re.findall(r"^# TYPE (\S+)", text, re.M))


def sources(machine):
    """What root sees outside the sandbox is also seen inside."""
    outside, seen = machine.run("/usr/bin/tcp-agent", "print", "--samples", "2"), set()
    for _ in range(12):
        # Some are there only while a connection waits or a rare walk has just been made.
        time.sleep(1)
        inside = exposition(machine)
        seen |= names(inside)
    check("every source is read as root reads it", modes(inside) | {DENIED: ""} == modes(outside) | {DENIED: ""}, " ".join(f"{k}={v}" for k, v in sorted(modes(inside).items())))
    check("no source failed", not re.search(r"^tcpagent_source_success{.*} 0$", inside, re.M) and modes(inside)[DENIED] == "denied")
    missing = sorted(name for name in names(outside) - seen if DENIED not in name)
    check("no metric is lost", not missing, ", ".join(missing) or f"{len(seen)} metrics")
    check("healthcheck says so too", machine.run("tcp-agent", "healthcheck").startswith("healthy (sample "))
    check("every user may ask it", machine.run("stat", "-c", "%a %F", "/run/tcp-agent/query.sock").strip() == "666 socket")
    asked = machine.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", "tcp-agent why || [ $? -lt 64 ]")
    check("why asks the agent", "agent's last" in asked.splitlines()[0], asked.splitlines()[0])


def memory(machine):
    """After the scrapes above. The cgroup has a figure only where systemd has that controller, which in a container it often lacks."""
    state = machine.show(UNIT, "MainPID", "MemoryCurrent")
    status = dict(line.split(":", 1) for line in machine.run("cat", f"/proc/{state['MainPID']}/status").splitlines())
    resident = int(status["VmRSS"].split()[0]) / 1024
    check("less than 24 MiB are resident", resident < 24, f"{resident:.1f} MiB, MemoryCurrent {state['MemoryCurrent']}, {status['Threads'].strip()} threads")


def journal(machine, *match):
    lines = machine.run("journalctl", "-u", UNIT, "-o", "json", "--no-pager", *match).splitlines()
    return [json.loads(line) for line in lines]


def journal_and_reload(machine):
    machine.run("systemctl", "reload", UNIT)
    machine.wait("reload", lambda: machine.show(UNIT, "ActiveState", "SubState") == {"ActiveState": "active", "SubState": "running"}, 10)
    entries = machine.wait("the reload in the journal", lambda: journal(machine, "MESSAGE_ID=c2475ae0bdce462ea9b6ff63af35f3b3"), 10)
    check("reload works", len(entries) == 1 and entries[0]["PRIORITY"] == "6", entries[0]["MESSAGE"])
    start = journal(machine, "SYSLOG_IDENTIFIER=tcp-agent")[0]
    check("the journal holds fields", start["TCPAGENT_INTERVAL"] == "1s" and start["CODE_FILE"].endswith(".cs"), ", ".join(sorted(k for k in start if k.startswith(("TCPAGENT", "CODE")))))
    denied = journal(machine, f"TCPAGENT_SOURCE={DENIED}")
    check("entries are found by field", len(denied) > 0, denied[0]["MESSAGE"])


def watchdog(machine):
    before = machine.show(UNIT, "MainPID", "NRestarts", "WatchdogUSec")
    machine.run("kill", "-STOP", before["MainPID"])
    started = time.monotonic()
    machine.wait("the watchdog", lambda: machine.show(UNIT, "NRestarts", "ActiveState") == {"NRestarts": str(int(before["NRestarts"]) + 1), "ActiveState": "active"}, 60)
    check("SIGSTOP is answered by a restart", machine.show(UNIT, "MainPID")["MainPID"] != before["MainPID"], f"after {time.monotonic() - started:.0f} s, WatchdogSec {before['WatchdogUSec']}")


def nfqueue(machine):
    folder = machine.root / f"etc/systemd/system/{UNIT}.d"
    folder.mkdir()
    run("cp", str(REPOSITORY / "packaging/systemd/drop-ins/nfqueue.conf"), str(folder))
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", UNIT)
    text = exposition(machine)
    check("nfqueue.conf opens its source", f'tcpagent_source_success{{source="{DENIED}"}} 1\n' in text and DENIED not in modes(text))
    shadow = machine.run("cat", f"/proc/{machine.show(UNIT, 'MainPID')['MainPID']}/root/etc/shadow")
    check("and hides what it must not read", shadow == "" and machine.run("cat", "/etc/shadow") != "")
    run("rm", "-r", str(folder))
    machine.run("systemctl", "daemon-reload")


def passed_socket(machine):
    """Requests wait while the agent restarts: none is refused."""
    arguments(machine, "--web.systemd-socket")
    machine.run("systemctl", "stop", UNIT)
    machine.run("systemctl", "start", "tcp-agent.socket")
    machine.run("systemctl", "start", UNIT)
    machine.run("systemctl", "--no-block", "restart", UNIT)
    check("the socket answers through a restart", all(exposition(machine) for _ in range(20)))
    machine.run("systemctl", "stop", "tcp-agent.socket", UNIT)


def taken_address(machine):
    """As one that comes later: the unit tries again more often than systemd's own limit of five starts in ten seconds."""
    arguments(machine, f"--web.listen-address=127.0.0.1:{PORT}")
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", PORT))
        taken.listen()
        machine.run("systemctl", "start", UNIT, check=False)
        restarts = machine.wait("six restarts", lambda: (count := int(machine.show(UNIT, "NRestarts")["NRestarts"])) > 5 and count, 60)
    machine.wait("the address", lambda: machine.show(UNIT, "ActiveState") == {"ActiveState": "active"}, 20)
    lines = [one["MESSAGE"] for one in journal(machine, "PRIORITY=6", "--since=-2min") if isinstance(one["MESSAGE"], str)]
    said = [line for line in lines if f"127.0.0.1:{PORT}" in line and "--web.listen-address" in line]
    check("an address that is taken is tried until it is free", len(said) >= restarts, f"{restarts} restarts: {said[0]}")
    machine.run("systemctl", "stop", UNIT)


def one_port(machine):
    """port.conf, with a flag that asks for another port."""
    folder = machine.root / f"etc/systemd/system/{UNIT}.d"
    folder.mkdir()
    run("cp", str(REPOSITORY / "packaging/systemd/drop-ins/port.conf"), str(folder))
    arguments(machine, "--web.listen-address=127.0.0.1:10794")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "--no-block", "restart", UNIT)
    version = machine.run("systemctl", "--version")
    if "+BPF_FRAMEWORK" in version:
        machine.wait("the refusal", lambda: int(machine.show(UNIT, "NRestarts")["NRestarts"]) > 0, 20)
        check("port.conf allows no other port", True)
    else:
        machine.wait("the start", lambda: machine.show(UNIT, "ActiveState", "SubState") == {"ActiveState": "active", "SubState": "running"}, 20)
        warned = "-BPF_FRAMEWORK" in (folder / "port.conf").read_text()
        check("port.conf has no effect without BPF, and says so itself", warned, version.splitlines()[0])
    machine.run("systemctl", "stop", UNIT)
    arguments(machine, "")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", UNIT)
    machine.wait("the start", lambda: machine.show(UNIT, "ActiveState") == {"ActiveState": "active"}, 20)
    check("and does not hinder its own port", all(exposition(machine) for _ in range(3)))
    run("rm", "-r", str(folder))
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "stop", UNIT)


def arguments(machine, text):
    (machine.root / "etc/default/tcp-agent").write_text(f'ARGS="{text}"\n')


def upgrade(machine, package):
    """A newer package with another conffile, which the administrator has changed too."""
    arguments(machine, "--log.level=debug --listeners.max=7")
    machine.run("systemctl", "start", UNIT)
    old = machine.show(UNIT, "MainPID")
    unpacked = machine.home / "newer"
    run("dpkg-deb", "-R", str(package), str(unpacked))
    run("sed", "-i", "s/^Version: .*/Version: 99.0/", str(unpacked / "DEBIAN/control"))
    with open(unpacked / "etc/default/tcp-agent", "a", encoding="ascii") as conffile:
        conffile.write("# newer\n")
    run("dpkg-deb", "-b", "-Zgzip", "-z1", "--root-owner-group", str(unpacked), str(machine.root / "root/newer.deb"))
    machine.run("dpkg", "--force-confdef", "--force-confold", "-i", "/root/newer.deb")
    state = machine.show(UNIT, "ActiveState", "MainPID")
    check("upgraded and restarted", state["ActiveState"] == "active" and state["MainPID"] != old["MainPID"])
    check("the administrator's conffile is kept, the new one is beside it", "max=7" in machine.run("cat", "/etc/default/tcp-agent") and "# newer" in machine.run("cat", "/etc/default/tcp-agent.dpkg-dist"))
    check("its flags are in force", "--listeners.max=7" in machine.run("cat", f"/proc/{state['MainPID']}/cmdline"))


def remove(machine, before):
    machine.run("dpkg", "-r", "tcp-agent")
    check("removed: stopped, the conffile stays", machine.run("systemctl", "is-active", UNIT, check=False).strip() == "inactive" and "max=7" in machine.run("cat", "/etc/default/tcp-agent"))
    machine.run("dpkg", "-P", "tcp-agent")
    left = sorted(machine.files() - before)
    check("purged: nothing is left", not left, " ".join(left))
    check("nor in systemd's records", machine.run("find", "/var/lib/systemd", "/etc/systemd", "-name", "*tcp-agent*") == "")


if __name__ == "__main__":
    main()
