"""Writes docs/performance.md from the measurements."""

import os
import platform
import re
import subprocess

import idle
import start
from measure import WARM_UP_SCRAPES


def thousands(size):
    return f"{size:,}"


def figure(value, digits=3):
    if value is None:
        return "-"
    if value == 0:
        return "0"
    text = f"{value:.{digits}g}"
    return f"{float(text):,.0f}" if abs(value) >= 100 else f"{float(text):g}"


def ratio(a, b, subtract=None):
    if a is None or b is None or b <= 0 or (subtract is not None and a <= subtract):
        return "-"
    value = (a - (subtract or 0)) / b
    return figure(value, 2 if value >= 10 else 3)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" if i == 0 else "---:" for i in range(len(head))) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo", encoding="ascii") as info:
        gib = int(info.readline().split()[1]) / 1024 / 1024
    return f"{os.cpu_count()} CPUs ({model}), {gib:.0f} GiB, Linux {re.match(r'[0-9.]+', platform.release())[0]}"


def version(*command):
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return re.search(r"\d+\.\d+(\.\d+)?", result.stdout)[0]
    except (OSError, TypeError):
        return "?"


def idle_host(results):
    """The whole agent beside the reads alone."""
    found = results.get("idle")
    if not found:
        return []
    name = next(iter(found["cpu"]))
    agent, floor = idle.summary(found, name), idle.summary(found, idle.FLOOR)
    return [
        f"An idle host: the whole agent, all its threads and its walk once a minute, took {figure(agent['ms'])} ms of CPU a second, "
        f"**{figure(agent['ratio'])} times** the reads of its ticks in C ({figure(floor['ms'])} ms; {figure(agent['least'])} to "
        f"{figure(agent['most'])} times in single windows), both in the same seconds of one network namespace, {len(found['load'])} windows of {found['seconds']} s, load average "
        f"{min(found['load']):.1f} to {max(found['load']):.1f}. `make bench-peers PEERS=--idle` measures just this."]


def report(results, arguments, node_version, ss_version):
    sizes = [r for r in results["sizes"] if r["medians"]]
    get = lambda r, name: r["medians"].get(name)
    heads = ["", *(thousands(r["size"]) for r in sizes)]
    base = next((r for r in sizes if r["size"] == 0), None)

    def row(title, of):
        return [title, *(of(r) for r in sizes)]

    def plain(title, name, digits=3):
        return row(title, lambda r: figure(get(r, name), digits))

    def growth(name):
        return lambda r: "-" if base is None or get(r, name) is None else f"{max(0, get(r, name) - get(base, name)):.1f}"

    text = [
        "# Performance",
        "Written by `make bench-peers`. The columns are TCP sockets in the network namespace, ESTABLISHED but for twenty of each rarer state, a "
        "tenth of them IPv6. CPU is user and system time of the one process measured; each figure is the median of "
        f"{results['rounds']} interleaved rounds.",
        "## Ratios",
        "These hold from machine to machine better than any time below. The floor is a C program that asks the kernel for the same, counts "
        "states and does nothing else. Once a second means with caches as cold as that leaves them, which is how an agent lives.",
        table(heads, [
            row("agent's walk : the same walk in C, back to back", lambda r: ratio(get(r, "agent_walk_hot"), get(r, "floor_rare_hot"))),
            row("the same, both once a second", lambda r: ratio(get(r, "agent_walk"), get(r, "floor_rare"))),
            row("node_exporter's tcpstat : agent's walk, back to back", lambda r: ratio(get(r, "node_states"), get(r, "agent_walk_hot"), get(r, "node"))),
            row("the same, both once a second", lambda r: ratio(get(r, "node_states_paced"), get(r, "agent_walk"), get(r, "node"))),
            row("`ss -tan` : agent's walk", lambda r: ratio(get(r, "ss_tan"), get(r, "agent_walk"))),
            row("reading /proc/net/tcp and tcp6 : agent's walk", lambda r: ratio(get(r, "proc"), get(r, "agent_walk"))),
            row("a full dump in C : agent's walk", lambda r: ratio(get(r, "floor_full"), get(r, "agent_walk"))),
            row("agent's tick : the same reads in C, back to back", lambda r: ratio(get(r, "agent_tick_hot"), get(r, "floor_tick_hot"))),
            row("node_exporter, one scrape with tcpstat : agent, one second with a walk and no limit", lambda r: ratio(get(r, "node_states"), get(r, "agent_walking"))),
            row("node_exporter, one scrape without states : agent, one second with defaults", lambda r: ratio(get(r, "node"), get(r, "agent"))),
            row("node_exporter, one scrape without states : agent, one scrape", lambda r: ratio(get(r, "node"), get(r, "agent_scrape"))),
        ]),
        *idle_host(results),
        "Growth of peak memory over 0 sockets, MiB. The first agent answers 650 scrapes in each round, which alone moves its heap by "
        "several MiB, with or without sockets; the second hardly any.",
        table(heads, [
            row("agent", growth("agent_peak")),
            row("agent, a walk every second", growth("agent_walking_peak")),
            row("node_exporter with tcpstat", growth("node_states_peak")),
            row("`ss -tan`", growth("ss_tan_peak")),
        ]),
    ]

    text += ["## Exactness", "All eleven states by the agent and by `ss -tan`, while nothing moves:"]
    rows = []
    for name, exact in [*((thousands(r["size"]), r["exact"]) for r in sizes), ("every state", results.get("mixed", {}).get("exact"))]:
        if exact is None:
            rows.append([name, "not compared", ""])
            continue
        counted = ", ".join(f"{state} {int(n):,}" for state, n in exact["ss"].items() if n)
        wrong = ", ".join(f"{s} {exact['agent'][s]} for {exact['ss'][s]:.0f}" for s in exact["ss"] if exact["agent"][s] != exact["ss"][s])
        rows.append([name, "equal" if exact["equal"] else f"unequal: {wrong}", counted])
    text.append(table(["population", "agent and ss", "counted by ss"], rows).replace("---:", "---"))

    mixed = results.get("mixed")
    if mixed:
        text.append(
            f"One walk of that last one takes {figure(mixed['agent_walk'])} ms, {ratio(mixed['agent_walk'], mixed['floor_rare'])} times the same walk in C, "
            f"and one scrape of node_exporter's tcpstat {ratio(mixed['node_states_paced'], mixed['agent_walk'])} times as long, all once a second. "
            "Half-open and closing connections are what a walk must be told of; established ones it is not.")

    text += [
        "## Times",
        f"One machine's: {machine()}; node_exporter {node_version}, ss {ss_version}. CPU milliseconds. Another's differ, its ratios less.",
        table(heads, [
            plain("agent: one walk, once a second", "agent_walk"),
            plain("agent: one walk, back to back", "agent_walk_hot"),
            plain("floor: the same walk in C, once a second", "floor_rare"),
            plain("floor: the same walk in C, back to back", "floor_rare_hot"),
            plain("floor: every socket dumped in C", "floor_full"),
            plain("floor: only the listeners, with their memory", "floor_listen"),
            plain("agent: one tick without a walk, back to back", "agent_tick_hot"),
            plain("floor: the same reads in C, back to back", "floor_tick_hot"),
            plain("reading /proc/net/tcp and tcp6", "proc"),
            plain("`ss -tan`", "ss_tan"),
            plain("`ss -s` (no states but those of counters)", "ss_s"),
            plain("node_exporter, one scrape: netstat sockstat conntrack softnet netdev", "node"),
            plain("the same, gzip", "node_gzip"),
            plain("the same with tcpstat", "node_states"),
            plain("the same with tcpstat, once a second", "node_states_paced"),
        ]),
        "Peak memory (VmHWM), MiB:",
        table(heads, [
            plain("agent", "agent_peak"),
            plain("agent, a walk every second", "agent_walking_peak"),
            plain("node_exporter without states", "node_peak"),
            plain("node_exporter with tcpstat", "node_states_peak"),
            plain("`ss -tan`", "ss_tan_peak"),
        ]),
        "## The whole agent",
        "The published executable with the environment of its unit, sampling once a second; the same machine. With its defaults it "
        "walks as rarely as `--sample.walk-budget` (1 % of one CPU) makes it, so a window may hold no walk.",
        table(heads, [
            plain("CPU, ms per second, defaults", "agent"),
            plain("CPU, ms per second, a walk every second", "agent_walking"),
            plain("of that the reads of a tick, in C", "floor_tick"),
            plain("seconds between walks, defaults", "agent_interval"),
            plain("one scrape, CPU ms", "agent_scrape"),
            plain("one scrape, gzip, CPU ms", "agent_scrape_gzip"),
            plain("resident, MiB", "agent_rss"),
            plain("of that anonymous, MiB", "agent_anonymous"),
            plain("threads", "agent_threads"),
            plain("ticks missed", "agent_missed"),
        ]),
    ]
    if "start" in results:
        text.append(start.text(results["start"]))
    fresh = results["fresh"]
    text.append(
        f"Memory is that of an agent scraped {thousands(WARM_UP_SCRAPES)} times and more, back to back, which leaves buffers behind; after its "
        f"first minute, scraped once, it had {figure(fresh['VmRSS'])} MiB resident, {figure(fresh['RssAnon'])} of them anonymous.")
    crowd = results.get("listeners")
    if crowd:
        text += [
            f"With {thousands(crowd['listeners'])} listeners and nothing else: a tick takes {figure(crowd['tick'])} ms "
            f"(at most {figure(crowd['tick_max'])} ms), the agent {figure(crowd['cpu'])} ms of CPU per second and "
            f"{figure(crowd['memory']['VmRSS'])} MiB resident ({figure(crowd['memory']['RssAnon'])} anonymous), {int(crowd['missed'])} ticks missed. "
            f"A dump of the listeners with their memory takes {figure(crowd['floor_listen_cold'])} ms in C.",
        ]
    skipped = [f"{thousands(r['size'])}: {name}: {why}" for r in results["sizes"] for name, why in r["failures"].items()]
    if skipped:
        text.append("Not measured: " + "; ".join(skipped) + ".")
    sizes_flag = ",".join(str(r["size"]) for r in results["sizes"])
    text += [
        "## Again",
        "As root, with the .NET SDK, a C compiler, iproute2 and prometheus-node-exporter (installed, not started):\n\n"
        f"```\nmake bench-peers PEERS=\"--sizes {sizes_flag} --rounds {results['rounds']}\"\nmake bench-peers PEERS=--quick\n```\n\n"
        "It works in network namespaces of its own, which are gone when it ends, and changes nothing on the host. 1,000,000 sockets need about "
        "4 GB of kernel memory; where that is not available they are left out. `make bench` runs the micro-benchmarks of parsers, tick and rendering.",
    ]
    return "\n\n".join(text) + "\n"


# Sections that this module does not write, each with the heading that it stands before.
KEPT = {"In short": "Ratios", "Soak": "Again"}


def find(heading, page):
    return re.search(rf"^## {heading}\n.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)


def with_section(page, heading, section):
    """The page with this section instead of the one it has."""
    if old := find(heading, page):
        page = page.replace(old[0], "")
    return page.replace(f"## {KEPT[heading]}\n", f"{section}## {KEPT[heading]}\n")


def with_kept(page, path):
    """The page with the sections that others wrote into the file."""
    if not os.path.exists(path):
        return page
    with open(path, encoding="utf-8") as file:
        old = file.read()
    for heading in KEPT:
        if found := find(heading, old):
            page = with_section(page, heading, found[0])
    return page
