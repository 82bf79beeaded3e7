#!/usr/bin/env python3
"""Two hours of the published agent under changing load: do memory, descriptors, threads and ticks stay as they are?

Root. Two agents run in a network namespace without a name, one plain and one with TLS, passwords and reloads; load.py makes the load there,
clients.py asks from a second one. All of it vanishes with this process, however it ends, and no setting of the host is changed. A cycle is
nine tenths busy and one tenth quiet; what is compared is taken at the quiet ends. Writes artifacts/soak/soak.csv and the section Soak of
docs/performance.md; ends with 1 if anything rose or went wrong.
"""

import argparse
import datetime
import multiprocessing
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers"))

import clients  # noqa: E402
import load  # noqa: E402
from lab import PR_SET_PDEATHSIG, ROOT, Lab, libc, log  # noqa: E402
from report import machine, table, with_section  # noqa: E402
from watch import STATES, Agent, Watch  # noqa: E402

NAMES = ("short", "long", "connects_failed", "listeners", "devices", "floods", "switches", "answers", "reloads", "failures", "stalls")
RISE = {"rss": 2, "descriptors": 2, "threads": 2}  # MiB, and how many


class Totals:
    """What all processes did, and what went wrong."""

    def __init__(self, path):
        self.path, self.values = path, {name: multiprocessing.Value("q") for name in NAMES}

    def add(self, name, count=1):
        with self.values[name].get_lock():
            self.values[name].value += count

    def failed(self, text):
        self.tell("failures", text)

    def stalled(self, text):
        self.tell("stalls", f"stall: {text}")

    def tell(self, name, text):
        self.add(name)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(f"{datetime.datetime.now():%H:%M:%S} {text}\n")

    def __getitem__(self, name):
        return self.values[name].value


def judge(ends, watch, totals, codes):
    """What is wrong, in words."""
    wrong = []
    for agent, code in codes.items():
        mine = [end for end in ends if end["agent"] == agent]
        quarter = max(1, len(mine) // 4)
        for name, most in RISE.items():
            first, last = (statistics.median(end[name] for end in part) for part in (mine[:quarter], mine[-quarter:]))
            if last > first + most or (name != "rss" and last < first - most):
                wrong.append(f"{agent}: {name} went from {first:.1f} to {last:.1f}")
        if mine[-1]["missed"]:
            wrong.append(f"{agent}: {mine[-1]['missed']} samples missed")
        if code != 0:
            wrong.append(f"{agent}: ended with {code}")
    if totals["failures"]:
        wrong.append(f"{totals['failures']} requests, reloads or processes failed")
    return wrong + [f"a source failed: {name}" for name in sorted(watch.failing)]


def revision():
    return subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()


def section(ends, watch, totals, wrong, minutes, cycle, cpu, commit):
    head = ["agent", "minutes", "resident, MiB", "anonymous, MiB", "descriptors", "threads", "page faults a second", "missed", "CPU, ms per second"]
    rows = [[end["agent"], str(end["minutes"]), f"{end['rss']:.1f}", f"{end['anonymous']:.1f}", f"{end['descriptors']:.0f}", f"{end['threads']:.0f}",
             f"{end['faults']:.1f}", str(end["missed"]), f"{end['cpu']:.1f}"] for end in sorted(ends, key=lambda end: end["agent"])]
    most = {name: max(row[name] for row in watch.rows) for name in (*STATES, "devices", "tracked", "rss")}
    return "\n\n".join([
        "## Soak",
        f"{minutes:g} minutes of the published executable with the environment of its unit, in cycles of {cycle:g}: nine tenths busy, the last tenth quiet, "
        "at whose end the figures are taken. One agent is plain, the other has TLS, passwords and reloads; both keep a history. Connections, listeners, "
        "devices, connection tracking and IPv6 come and go; four clients ask all the time (text, OpenMetrics, the page, TLS with a wrong password in ten). "
        "How much is allocated for each tick cannot be seen from outside: that it is 0 bytes is a test's to hold, here are anonymous memory and minor page "
        f"faults while quiet. {datetime.date.today():%Y-%m-%d}, commit {commit}, {machine()}.",
        table(head, rows),
        f"{totals['short']:,} short connections and {totals['long']:,} long ones ({totals['connects_failed']:,} more failed), {totals['listeners']:,} listeners, "
        f"{totals['devices']:,} devices, {totals['floods']:,} times SYN_RECV and a full accept queue, {totals['switches']:,} switches of tracking or IPv6; "
        f"{totals['answers']:,} answers, {totals['reloads']:,} reloads. At most, as the agents saw it: "
        + ", ".join(f"{most[name]:,} {words}" for name, words in (*STATES.items(), ("devices", "devices"), ("tracked", "tracked connections")))
        + f"; {most['rss']:.1f} MiB resident. The load took {cpu * 100:.0f} % of one CPU; "
        f"times a sleeper of the harness woke half a second late or later, on any CPU: {totals['stalls']:,}.",
        f"Verdict: {'flat, nothing failed' if not wrong else '; '.join(wrong)}.",
        f"```\nmake soak SOAK_MINUTES={minutes:g}\n```",
    ]) + "\n\n"


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--agent", default=os.path.join(ROOT, "artifacts", "tcp-agent", "tcp-agent"), help="the published executable")
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--artifacts", default=os.path.join(ROOT, "artifacts", "soak"), help="where the CSV and the logs go")
    parser.add_argument("--output", default="", help="docs/performance.md; under an hour only the artifacts")
    arguments = parser.parse_args()
    arguments.work = os.path.join(arguments.artifacts, "work")
    arguments.output = arguments.output or (os.path.join(ROOT, "docs", "performance.md") if arguments.minutes >= 60 else "")
    return arguments


def child(function, *parameters):
    """A process that ends with this one, and is ended by it alone."""
    def begin():
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        function(*parameters)

    process = multiprocessing.get_context("fork").Process(target=begin, name=function.__name__, daemon=True)
    process.start()
    return process


def soak(lab, arguments, totals):
    folder = clients.WebFolder(arguments.work)
    plain = Agent(lab, arguments, "plain", clients.plain, {})
    secured = Agent(lab, arguments, "tls", clients.tls, clients.login(), f"--web.config.file={folder.path('web.yml')}", f"--web.listen-address=:{clients.TLS_PORT}")
    cycle, commit = max(1, min(10, arguments.minutes / 3)), revision()  # now, for another may be checked out by the end
    clock = load.Clock(arguments.minutes, cycle)
    children = [child(function, lab, clock, totals) for function in load.ALL + clients.ALL]
    children.append(child(clients.reloads, lab, clock, totals, folder, secured.pid))
    children += [child(load.stalls, lab, clock, totals, cpu) for cpu in sorted(os.sched_getaffinity(0))]
    watch, ends = Watch((plain, secured), clock, totals, os.path.join(arguments.artifacts, "soak.csv")), []
    for number in range(clock.cycles):
        ends += watch.cycle(number)
        if dead := [process.name for process in children if process.exitcode]:
            sys.exit(f"soak.py: ended by itself: {', '.join(dead)}")
        figures = "; ".join(f"{e['agent']} {e['rss']:.1f} MiB, {e['descriptors']:.0f} descriptors, {e['threads']:.0f} threads, {e['missed']} missed" for e in ends[-2:])
        log(f"{ends[-1]['minutes']} min: {figures}; {totals['failures']} failures")
    for process in children:
        process.join(30)
        if process.exitcode != 0:
            totals.failed(f"{process.name} ended with {process.exitcode}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (used.ru_utime + used.ru_stime) / (time.monotonic() - clock.start)
    codes = {}
    for agent in (plain, secured):
        if agent.child.poll() is None:
            lab.stop(agent.child)
        codes[agent.name] = agent.child.returncode
    wrong = judge(ends, watch, totals, codes)
    return section(ends, watch, totals, wrong, arguments.minutes, cycle, cpu, commit), wrong


def main():
    arguments = parse()
    if os.geteuid() != 0:
        sys.exit("soak.py: needs root, for network namespaces")
    if not os.access(arguments.agent, os.X_OK):
        sys.exit(f"soak.py: {arguments.agent} is missing: make soak builds it")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    lab = Lab(arguments.artifacts)
    try:
        shutil.rmtree(arguments.work, ignore_errors=True)
        os.makedirs(arguments.work)
        failures = os.path.join(arguments.artifacts, "failures.txt")
        open(failures, "w", encoding="utf-8").close()
        text, wrong = soak(lab, arguments, Totals(failures))
    finally:
        lab.close()
        shutil.rmtree(arguments.work, ignore_errors=True)
    with open(os.path.join(arguments.artifacts, "soak.md"), "w", encoding="utf-8") as file:
        file.write(text)
    if arguments.output:
        with open(arguments.output, encoding="utf-8") as file:
            page = file.read()
        with open(arguments.output, "w", encoding="utf-8") as file:
            file.write(with_section(page, "Soak", text))
    print(text, flush=True)
    for one in wrong:
        log(f"WRONG: {one}")
    if os.path.getsize(failures):
        log(f"what failed, and when a CPU stood still: {os.path.relpath(failures)}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
