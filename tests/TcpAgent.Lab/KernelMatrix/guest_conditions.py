"""The conditions that are made in the guest, with what the agent must conclude."""
from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from guest_answers import card, connections, log_events, serves, tracked, why
from guest_stage import CLIENT, KERNEL, SERVER, listening, setting, sh, syn_flood, traffic


def accept_queue():
    listening("s", "listen", SERVER, "8080", "4")
    traffic("c", "connects", SERVER, "8080", "10")


def tracking():
    sh("ip netns exec s nft add table inet lab")
    sh("ip netns exec s nft 'add chain inet lab input { type filter hook input priority 0; }'")
    sh("ip netns exec s nft add rule inet lab input ct state new counter accept")


def conntrack():
    tracking()
    setting("net.netfilter.nf_conntrack_max", "60")
    traffic("c", "udp_flows", SERVER, "9999", "50")


def neighbours():
    for number, value in ((1, "8"), (2, "16"), (3, "32")):
        setting(f"net.ipv4.neigh.default.gc_thresh{number}", value)
    sh("ip -n c addr add 10.96.0.1/20 dev lab0")
    traffic("c", "neighbours", "10.96.", "80")


def orphans():
    setting("net.ipv4.tcp_max_orphans", "8")
    traffic(None, "unread", "127.0.0.77", "7201", "6")
    time.sleep(2)


def tcp_memory():
    setting("net.ipv4.tcp_mem", "60 100 200")
    traffic(None, "memory", "127.0.0.77", "7202", "20")
    time.sleep(3)


def time_wait():
    setting("net.ipv4.tcp_max_tw_buckets", "5", "c")
    listening("s", "echo_close", SERVER, "8080", "1024")
    traffic("c", "short", SERVER, "8080", "50")


def ports():
    setting("net.ipv4.ip_local_port_range", "40000 40019", "c")
    listening("s", "hold", SERVER, "8080", "1024")
    listening("c", "held", SERVER, "8080", "40")


def qdisc():
    sh("ip netns exec c tc qdisc add dev lab0 root tbf rate 200kbit burst 2kb limit 3kb")
    traffic("c", "udp_stream", SERVER, "9", "200")


def close_wait():
    listening("s", "hold", SERVER, "8080", "1024")
    listening("c", "half_closed", SERVER, "8080", "150", "half")


def slow_accept():
    """Nothing overflows: a thousand connections wait."""
    listening("s", "listen", SERVER, "8080", "4096")
    traffic("c", "connects", SERVER, "8080", "100")
    time.sleep(3)


def unix_queue():
    listening("s", "unix_unaccepted", "/run/lab.sock", "8")


def udp_receive():
    listening("s", "udp_read_slowly", SERVER, "8125", "65536", "0.05")
    traffic("c", "udp_stream", SERVER, "8125", "500")


def udp_ports():
    setting("net.ipv4.ip_local_port_range", "40000 40019", "c")
    listening("c", "udp_ports", SERVER, "53")


def bound_ports():
    setting("net.ipv4.ip_local_port_range", "40000 40019", "c")
    for port in ("8081", "8082"):
        listening("s", "hold", SERVER, port, "256")
    listening("c", "ports_bound_first", CLIENT, SERVER, "8081,8082")


def nat_ports():
    sh("ip netns exec c nft add table ip lab")
    sh("ip netns exec c nft 'add chain ip lab post { type nat hook postrouting priority 100; }'")
    sh(f"ip netns exec c nft add rule ip lab post ip protocol tcp snat to {CLIENT}:5000-5009")
    listening("s", "hold", SERVER, "8080", "1024")
    traffic("c", "connects", SERVER, "8080", "20")
    time.sleep(2)


def drop(place, rule):
    sh(f"ip netns exec {place} nft add table inet lab")
    sh(f"ip netns exec {place} nft 'add chain inet lab input {{ type filter hook input priority 0; }}'")
    sh(f"ip netns exec {place} nft add rule inet lab input {rule} counter drop")


def filtered():
    drop("s", "tcp dport 8080")
    listening("s", "hold", SERVER, "8080", "1024")
    traffic("c", "connects", SERVER, "8080", "100")
    time.sleep(1)


def open_files():
    listening(None, "open_files", "4096", "200")


def unread():
    listening("s", "hold", SERVER, "9000", "64")
    traffic("c", "pour", SERVER, "9000", "20")
    time.sleep(6)


def flows():
    tracking()
    traffic("c", "udp_flows_once", SERVER, "9999", "50").wait()


class Scenario(NamedTuple):
    name: str
    expected: str
    place: str | None
    make: Callable[[], None]
    ask: Callable[[str | None, str], str] = why
    # Whether series appear that an idle host does not have.
    rich: bool = False


SCENARIOS = [
    Scenario("idle", "ok", "s", lambda: None),
    Scenario("slow acceptor", "limiting: accept_queue", "s", accept_queue, rich=True),
    Scenario("SYN flood, cookies on", "limiting: syn_queue", "s", lambda: syn_flood("1")),
    Scenario("SYN flood, cookies off", "limiting: syn_queue", "s", lambda: syn_flood("0")),
    Scenario("SYN flood, cookies always", "ok", "s", lambda: syn_flood("2")),
    Scenario("conntrack full", "limiting: conntrack", "s", conntrack),
    Scenario("TIME_WAIT table full", "limiting: time_wait", "c", time_wait),
    Scenario("local ports exhausted", "limiting: ephemeral_ports", "c", ports, rich=True),
    Scenario("queueing discipline full", "limiting: qdisc", "c", qdisc, rich=True),
    Scenario("many CLOSE_WAIT", "ok", "s", close_wait),
    Scenario("connections that wait, nothing lost", "limiting: accept_queue", "s", slow_accept),
    Scenario("AF_UNIX accept queue full", "limiting: accept_queue_unix", "s", unix_queue, rich=True),
    Scenario("UDP receive buffer full", "limiting: udp_receive", "s", udp_receive, rich=True),
    Scenario("local UDP ports exhausted", "limiting: ephemeral_ports_udp", "c", udp_ports, rich=True),
    Scenario("local ports bound before connect", "limiting: ephemeral_ports", "c", bound_ports),
    Scenario("NAT out of ports", "limiting: nat_ports", "c", nat_ports),
    Scenario("packet filter drops SYNs", "ok (packet_filter_input)", "s", filtered),
    Scenario("a peer that does not answer", "ok (peer_silent)", "c", filtered),
    Scenario("neighbour table full", "limiting: neighbour_v4", None, neighbours),
    Scenario("too many orphans", "limiting: orphans", None, orphans),
    Scenario("TCP memory full", "limiting: tcp_memory", None, tcp_memory),
    # A process's number of open files is known since Linux 6.2.
    Scenario("a process at its limit of open files", "limiting: open_files" if KERNEL >= (6, 2) else "ok", None, open_files, rich=True),
    Scenario("accept queue of another namespace", "limiting: accept_queue", None, accept_queue, rich=True),
    Scenario("an application that does not read", "ok (reader_stuck)", "s", unread),
    Scenario("the same, seen by its clients", "20 or more, limited by receiver", "c", unread, connections, rich=True),
    Scenario("the tracking table read by tcp-agent conntrack", "50 entries, all of udp", "s", flows, tracked),
    Scenario("a line of the kernel's log", "syn_flooding", "s", lambda: None, log_events),
    Scenario("a network card (virtio)", "rings and channels", None, lambda: None, card),
    Scenario("serve, scrape, stop", "ok", None, lambda: None, serves),
]
