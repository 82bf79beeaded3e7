"""What the kernel counts in this network namespace, from iproute2 and the kernel's own files, never from the agent."""
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

from kinds import untimed


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def protocols():
    """Fields of netstat, snmp and snmp6, named as nstat names them."""
    return json.loads(output("nstat", "-asz", "-j"))["kernel"]


def states():
    """Sockets by state, named as ss names them."""
    return collections.Counter(f"ss.{line.split()[0]}" for line in output("ss", "-Htan").splitlines())


def listeners():
    """Drops that the kernel counts for each listening socket, by address and port; members of a group are summed."""
    drops = collections.Counter()
    for line in output("ss", "-HOltnm").splitlines():
        address, port = line.split()[3].rsplit(":", 1)
        figures = re.search(r"skmem:\((.*)\)", line)[1].split(",")
        dropped = next(figure for figure in figures if re.fullmatch(r"d\d+", figure))
        address = "::" if address == "*" else address.strip("[]")
        drops[f'listener_drops{{address="{address}",port="{port}"}}'] += int(dropped[1:])
    return drops


def sockstat():
    for line in pathlib.Path("/proc/net/sockstat").read_text().splitlines():
        protocol, *pairs = line.split()
        yield from ((f"sockstat.{protocol[:-1]}.{name}", int(value)) for name, value in zip(pairs[::2], pairs[1::2]))


def devices():
    for link in json.loads(output("ip", "-j", "-s", "link")):
        yield f"{link['ifname']}.rx_dropped", link["stats64"]["rx"]["dropped"]
        yield f"{link['ifname']}.tx_dropped", link["stats64"]["tx"]["dropped"]
        yield f"{link['ifname']}.xdp", int("xdp" in link)
    for queue in json.loads(output("tc", "-j", "-s", "qdisc")):
        yield f"{queue['dev']}.{queue['kind']}.drops", queue["drops"]
        yield f"{queue['dev']}.{queue['kind']}.backlog", queue.get("backlog", 0)


def open_queues():
    """Sockets whose data the application has not read, or the peer not acknowledged; Unix listeners above their backlog."""
    connections = [line.split() for line in output("ss", "-HOtn", "state", "established").splitlines()]
    yield "ss.unread", sum(int(one[0]) > 0 for one in connections)
    yield "ss.unacknowledged", sum(int(one[1]) > 0 for one in connections)
    listening = [line.split() for line in output("ss", "-HOxl").splitlines()]
    yield "unix.above_backlog", sum(one[0] == "u_str" and int(one[2]) > int(one[3]) for one in listening)


def limits():
    """What the kernel knows of single connections."""
    connections = output("ss", "-HOtin", "state", "established").splitlines()
    yield "ss.send_buffer_limited", sum("sndbuf_limited:" in one for one in connections)
    silent = (re.search(r"\blastrcv:(\d+)", one) for one in connections if int(one.split()[0]) > 0)
    yield "ss.unread_for_long", sum(int(one[1]) >= 5000 for one in silent if one)


def rules():
    """Named counters of nftables."""
    if shutil.which("nft"):
        for entry in json.loads(output("nft", "-j", "list", "counters"))["nftables"]:
            if "counter" in entry:
                yield f"nft.{entry['counter']['name']}", entry["counter"]["packets"]


def tables():
    """Tables of which each CPU has a row, in hexadecimal. The column entries is not a count of its own in each row."""
    for name in ("nf_conntrack", "arp_cache", "ndisc_cache"):
        path = pathlib.Path("/proc/net/stat", name)
        if path.exists():
            header, *rows = (line.split() for line in path.read_text().splitlines())
            yield from ((f"{name}.{field}", sum(int(row[i], 16) for row in rows)) for i, field in enumerate(header) if field != "entries")
    count = pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_count")
    if count.exists():
        yield "nf_conntrack.count", int(count.read_text())
    backlogs = pathlib.Path("/proc/net/softnet_stat").read_text().splitlines()
    yield "softnet.dropped", sum(int(line.split()[1], 16) for line in backlogs)


def read():
    values = protocols() | states()
    for kind in (listeners, sockstat, devices, open_queues, limits, rules, tables):
        values.update(kind())
    return values


@untimed
def kernel_counters():
    """Prints all of it as one JSON object."""
    print(json.dumps(read()))


@untimed
def until_counted(*wanted):
    """NAME LEAST ...: waits until each of these counts is so high and prints all as one JSON object. Gives up after half a minute."""
    least = {name: float(value) for name, value in zip(wanted[::2], wanted[1::2])}
    deadline = time.monotonic() + 30
    while True:
        values = read()
        short = {name: values.get(name, 0) for name, value in least.items() if values.get(name, 0) < value}
        if not short:
            break
        if time.monotonic() > deadline:
            print(f"the kernel shows {short}, not {least}")
            sys.exit(1)
        time.sleep(0.2)
    print(json.dumps(values))
