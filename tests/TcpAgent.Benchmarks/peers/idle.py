"""What the whole agent costs on an idle host, beside the reads of its tick in C, during the same seconds in one network namespace."""

import contextlib
import os
import statistics
import subprocess
import time

from lab import Measured, log

WARM_UP = 45  # seconds; the first full count of all sockets comes after 30
WINDOW = 20  # seconds; three hold the walk that is taken once a minute
APART = 0.37  # seconds from one start to the next, so that nobody's tick warms the caches for another's
FIRST_PORT = 803  # behind those of measure.py
FLOOR = "the reads of a tick in C"


def measure(bench, agents, windows):
    """CPU milliseconds a second of each program by its name, window by window; the load of the host with them."""
    with contextlib.ExitStack() as stack:
        programs = {}
        for number, path in enumerate(agents):
            programs[path] = stack.enter_context(bench.run_agent(FIRST_PORT + number, path=path))
            programs[path].leave()
            time.sleep(APART)
        floor = bench.lab.start(os.path.join(bench.lab.artifacts, "floor"), "tick", "100000", "1000", stdout=subprocess.DEVNULL)
        stack.callback(bench.lab.stop, floor)
        programs[FLOOR] = Measured(floor)
        time.sleep(WARM_UP)
        result = {"seconds": WINDOW, "cpu": {name: [] for name in programs}, "load": []}
        for window in range(windows):
            before, start = {name: program.cpu() for name, program in programs.items()}, time.monotonic()
            time.sleep(WINDOW)
            seconds = time.monotonic() - start
            for name, program in programs.items():
                result["cpu"][name].append((program.cpu() - before[name]) * 1e3 / seconds)
            result["load"].append(os.getloadavg()[0])
            log(f"  window {window + 1} of {windows}, load {result['load'][-1]:.1f}: "
                + ", ".join(f"{name} {spent[-1]:.3f}" for name, spent in result["cpu"].items()) + " ms a second")
        return result


def summary(result, name):
    """One program's CPU milliseconds a second, also as a multiple of the floor's, over all windows and in single ones."""
    spent, floor = result["cpu"][name], result["cpu"][FLOOR]
    ratios = [a / b for a, b in zip(spent, floor)]
    return {"ms": statistics.fmean(spent), "ratio": sum(spent) / sum(floor), "least": min(ratios), "most": max(ratios)}


def text(result):
    """A line for each program."""
    lines = [f"{len(result['load'])} windows of {result['seconds']} s, load average {min(result['load']):.1f} to {max(result['load']):.1f}; "
             "CPU ms a second, times the floor, in single windows:"]
    for name in result["cpu"]:
        one = summary(result, name)
        lines.append(f"{one['ms']:7.3f}  {one['ratio']:5.2f}  {one['least']:.2f} to {one['most']:.2f}  {name}")
    return "\n".join(lines)
