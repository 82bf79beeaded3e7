#!/usr/bin/env python3
"""Measures the agent beside node_exporter, ss, /proc/net/tcp and a minimal C program over 0 to 1,000,000 TCP sockets.

Root. Everything happens in two network namespaces without a name: they vanish with this process, however it ends, and no
setting of the host is changed. CPU is user and system time of the measured process; one process is measured at a time, in
interleaved rounds, and a figure is the median of the rounds. Writes docs/performance.md, but for its summary and the section that make soak wrote.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys

import idle
import start
from lab import ROOT, Failed, Lab, log
from measure import Bench
from report import report, version, with_kept


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--agent", default=os.path.join(ROOT, "artifacts", "tcp-agent", "tcp-agent"), help="the published executable")
    parser.add_argument("--node-exporter", default=shutil.which("prometheus-node-exporter") or shutil.which("node_exporter") or "prometheus-node-exporter")
    parser.add_argument("--artifacts", default=os.path.join(ROOT, "artifacts", "peers"), help="where population and floor are")
    parser.add_argument("--sizes", default="", help="sockets, separated by commas (0,10000,100000,500000,1000000)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="0 and 100,000 sockets; written to the artifacts")
    parser.add_argument("--idle", action="store_true", help="only start-up, memory, and the CPU of an idle host beside the same reads in C, four minutes; printed")
    parser.add_argument("--beside", action="append", default=[], help="with --idle: another executable of the agent, in the same seconds")
    parser.add_argument("--windows", type=int, default=6, help=f"of {idle.WINDOW} s, in which the idle host is measured")
    parser.add_argument("--output", default="", help="docs/performance.md")
    parser.add_argument("--from-json", default="", help="write the report of an earlier run's results.json again")
    arguments = parser.parse_args()
    sizes = arguments.sizes or ("0,100000" if arguments.quick else "0,10000,100000,500000,1000000")
    arguments.sizes = [int(size) for size in sizes.split(",")]
    arguments.output = arguments.output or (
        os.path.join(arguments.artifacts, "performance.md") if arguments.quick else os.path.join(ROOT, "docs", "performance.md"))
    return arguments


def measure(arguments):
    if os.geteuid() != 0:
        sys.exit("bench_peers.py: needs root, for network namespaces")
    needed = ["floor"] if arguments.idle else ["population", "floor"]
    for path in (arguments.agent, *arguments.beside, *(os.path.join(arguments.artifacts, name) for name in needed)):
        if not os.access(path, os.X_OK):
            sys.exit(f"bench_peers.py: {path} is missing: make bench-peers builds it")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    results = {"rounds": arguments.rounds, "sizes": []}
    with contextlib.closing(Lab(arguments.artifacts)) as lab, contextlib.ExitStack() as stack:
        bench = Bench(lab, arguments)
        log("start-up")
        results["start"] = start.measure(bench)
        log("an idle host")
        results["idle"] = idle.measure(bench, [arguments.agent, *arguments.beside], arguments.windows)
        if arguments.idle:
            return results
        stack.enter_context(bench.agents())
        results["fresh"] = bench.fresh
        for size in arguments.sizes:
            log(f"{size} sockets")
            try:
                results["sizes"].append(bench.size(size, arguments.rounds))
            except Failed as e:
                log(f"  {e}")
                results["sizes"].append({"size": size, "medians": {}, "rounds": {}, "exact": None, "failures": {"population": str(e)}})
            save(results, arguments)
        log("every state")
        try:
            results["mixed"] = bench.every_state()
        except Failed as e:
            log(f"  {e}")
        log("listeners")
        try:
            results["listeners"] = bench.listeners(10_000)
        except Failed as e:
            log(f"  {e}")
    save(results, arguments)
    return results


def save(results, arguments):
    with open(os.path.join(arguments.artifacts, "results.json"), "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)


def main():
    arguments = parse()
    if arguments.from_json:
        with open(arguments.from_json, encoding="utf-8") as file:
            results = json.load(file)
    else:
        results = measure(arguments)
    if arguments.idle:
        print(start.text(results["start"]))
        print(idle.text(results["idle"]))
        return
    text = report(results, arguments, version(arguments.node_exporter, "--version"), version("ss", "-V"))
    text = with_kept(text, arguments.output)
    with open(arguments.output, "w", encoding="utf-8") as file:
        file.write(text)
    log(f"written: {os.path.relpath(arguments.output)}")


if __name__ == "__main__":
    main()
