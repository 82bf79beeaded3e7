"""What the kernel counts in this network namespace, asked of iproute2 and the kernel's own files, never of the agent."""
import collections
import json
import pathlib
import re
import subprocess

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
    """Drops that the kernel holds each listening socket to account for, by address and port; members of a group summed."""
    drops = collections.Counter()
    for line in output("ss", "-HOltnm").splitlines():
        address, port = line.split()[3].rsplit(":", 1)
        figures = re.search(r"skmem:\((.*)\)", line)[1].split(",")
        dropped = next(figure for figure in figures if re.fullmatch(r"d\d+", figure))
        drops[f'listener_drops{{address="{address.strip("[]")}",port="{port}"}}'] += int(dropped[1:])
    return drops


def sockstat():
    for line in pathlib.Path("/proc/net/sockstat").read_text().splitlines():
        protocol, *pairs = line.split()
        yield from ((f"sockstat.{protocol[:-1]}.{name}", int(value)) for name, value in zip(pairs[::2], pairs[1::2]))


def devices():
    for link in json.loads(output("ip", "-j", "-s", "link")):
        yield f"{link['ifname']}.rx_dropped", link["stats64"]["rx"]["dropped"]
        yield f"{link['ifname']}.tx_dropped", link["stats64"]["tx"]["dropped"]
    for queue in json.loads(output("tc", "-j", "-s", "qdisc")):
        yield f"{queue['dev']}.{queue['kind']}.drops", queue["drops"]


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
    for kind in (listeners, sockstat, devices, tables):
        values.update(kind())
    return values


@untimed
def kernel_counters():
    """Prints all of it as one JSON object."""
    print(json.dumps(read()))
