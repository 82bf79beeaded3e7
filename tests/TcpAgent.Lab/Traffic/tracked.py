"""Entries of the connection tracking table, made by ctnetlink without a packet."""
import os
import socket
import struct

from kinds import untimed
from netlink_dump import record

NETLINK_NETFILTER = 12
IPCTNL_MSG_CT_NEW, IPCTNL_MSG_CT_GET = 0x100, 0x101
NLM_F_CREATE_EXCLUSIVELY, NLMSG_ERROR = 0x601, 2
CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, CTA_STATUS, CTA_PROTOINFO, CTA_TIMEOUT, CTA_ZONE = 1, 2, 3, 4, 7, 18
SEEN_REPLY, ASSURED, CONFIRMED = 2, 4, 8
SYN_SENT, ESTABLISHED, TIME_WAIT = 1, 3, 7
BATCH = 100


def attribute(kind, value, nested=False):
    length = 4 + len(value)
    return struct.pack("=HH", length, kind | nested << 15) + value + bytes(-length % 4)


def tuple_of(kind, source, destination, protocol, source_port, port):
    first = 1 if len(source) == 4 else 3
    addresses = attribute(first, source) + attribute(first + 1, destination)
    if protocol in (socket.IPPROTO_TCP, socket.IPPROTO_UDP):
        ports = attribute(2, struct.pack(">H", source_port)) + attribute(3, struct.pack(">H", port))
    else:
        # An echo request (8), or its answer (0): CTA_PROTO_ICMP_ID, _TYPE and _CODE.
        echo = 8 if kind == CTA_TUPLE_ORIG else 0
        ports = attribute(4, struct.pack(">H", source_port)) + attribute(5, bytes([echo])) + attribute(6, b"\0")
    return attribute(kind, attribute(1, addresses, True) + attribute(2, attribute(1, bytes([protocol])) + ports, True), True)


def entry(source, destination, protocol, source_port, port, status, state=None, zone=None):
    family = socket.AF_INET if len(source) == 4 else socket.AF_INET6
    body = struct.pack("=BBH", family, 0, 0)
    body += tuple_of(CTA_TUPLE_ORIG, source, destination, protocol, source_port, port)
    body += tuple_of(CTA_TUPLE_REPLY, destination, source, protocol, port if protocol != socket.IPPROTO_ICMP else source_port, source_port)
    body += attribute(CTA_STATUS, struct.pack(">I", status | CONFIRMED)) + attribute(CTA_TIMEOUT, struct.pack(">I", 3600))
    if state is not None:
        body += attribute(CTA_PROTOINFO, attribute(1, attribute(1, bytes([state])), True), True)
    if zone is not None:
        body += attribute(CTA_ZONE, struct.pack(">H", zone))
    return struct.pack("=IHHII", 16 + len(body), IPCTNL_MSG_CT_NEW, NLM_F_CREATE_EXCLUSIVELY, 0, 0) + body


def insert(entries):
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    for at in range(0, len(entries), BATCH):
        netlink.send(b"".join(entries[at:at + BATCH]))
    try:
        answer = netlink.recv(65536, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return
    raise OSError(-struct.unpack_from("=i", answer, 16)[0], "an entry was refused")


def mixed(number):
    """Of ten: five UDP without an answer, most of them DNS, one UDP with one, two TCP established, one TCP in SYN_SENT, one ICMP."""
    kind, port = number % 10, 1024 + number // 10 % 60000
    source = bytes([10, 1, 0, 1]) if number % 5 == 0 else struct.pack(">I", 10 << 24 | 2 << 16 | number * 7919 % 65536)
    server = bytes([10, 0, 0, 10])
    if kind < 5:
        return entry(source, server, socket.IPPROTO_UDP, port, 53 if kind < 4 else 2000 + number // 10 % 1000, 0)
    if kind == 5:
        return entry(source, bytes([10, 0, 0, 11]), socket.IPPROTO_UDP, port, 123, SEEN_REPLY | ASSURED)
    if kind < 8:
        return entry(source, server, socket.IPPROTO_TCP, port, 443 + kind, SEEN_REPLY | ASSURED, ESTABLISHED)
    if kind == 8:
        return entry(source, struct.pack(">I", 10 << 24 | 3 << 16 | number % 65536), socket.IPPROTO_TCP, port, 22, 0, SYN_SENT)
    return entry(source, bytes([10, 0, 0, 12]), socket.IPPROTO_ICMP, port, 0, SEEN_REPLY)


@untimed
def tracked(count):
    """* Fills the tracking table of the namespace with this many entries of several kinds, which stay for an hour."""
    insert([mixed(number) for number in range(int(count))])


@untimed
def record_tracked(folder):
    """* Makes an entry of each kind, and writes the ctnetlink dump for tests/fixtures-netlink."""
    client, server, client6, server6 = (
        socket.inet_pton(socket.AF_INET, "10.0.0.1"), socket.inet_pton(socket.AF_INET, "10.0.0.10"),
        socket.inet_pton(socket.AF_INET6, "fd00::1"), socket.inet_pton(socket.AF_INET6, "fd00::10"))
    insert([
        entry(client, server, socket.IPPROTO_UDP, 40000, 53, 0), entry(client, server, socket.IPPROTO_UDP, 40001, 53, SEEN_REPLY | ASSURED),
        entry(client, server, socket.IPPROTO_UDP, 40000, 53, 0, zone=7),
        entry(client, server, socket.IPPROTO_TCP, 40000, 443, SEEN_REPLY | ASSURED, ESTABLISHED),
        entry(client, server, socket.IPPROTO_TCP, 40001, 443, 0, SYN_SENT),
        entry(client6, server6, socket.IPPROTO_TCP, 40000, 443, SEEN_REPLY | ASSURED, TIME_WAIT),
        entry(client, server, socket.IPPROTO_ICMP, 99, 0, SEEN_REPLY)])
    record(os.path.join(folder, "conntrack.bin"), NETLINK_NETFILTER, IPCTNL_MSG_CT_GET, bytes(4))
