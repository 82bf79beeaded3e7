"""TCP segments that no socket of this host sent."""
import collections
import random
import socket
import struct
import time

from clock import every, running
from kinds import timed
from packet_traffic import checksum

FIN, SYN, RST, ACK = 1, 2, 4, 16


def raw_socket():
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)


def segment(source, target, flags, sequence=None, acknowledged=0, options=b"", data=b""):
    """The packet whole; SOURCE and TARGET are address and port. OPTIONS is padded to words."""
    options += bytes(-len(options) % 4)
    sequence = random.getrandbits(32) if sequence is None else sequence & 0xffffffff
    words, window = (20 + len(options)) // 4, 64240
    acknowledged &= 0xffffffff
    tcp = struct.pack("!HHIIBBHHH", source[1], target[1], sequence, acknowledged, words << 4, flags, window, 0, 0) + options + data
    ends = socket.inet_aton(source[0]) + socket.inet_aton(target[0])
    sum_over = ends + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(tcp)) + tcp
    tcp = tcp[:16] + struct.pack("!H", checksum(sum_over + bytes(len(sum_over) % 2))) + tcp[18:]
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), random.getrandbits(16), 0, 64, socket.IPPROTO_TCP, 0) + ends + tcp


def timestamps(value):
    return bytes([1, 1, 8, 10]) + struct.pack("!II", value & 0xffffffff, 0)


@timed
def syn_data(source, address, port, per_second):
    """SYNs with data and a request for a Fast Open cookie; nobody receives the answers."""
    raw = raw_socket()
    for number, _ in enumerate(every(1 / float(per_second))):
        packet = segment((source, 20000 + number % 20000), (address, int(port)), SYN, options=bytes([34, 2]), data=b"GET /")
        raw.sendto(packet, (address, 0))


@timed
def stray_answers(source, address, port, per_second):
    """SYN-ACKs that nobody asked for, as after an asymmetric path."""
    raw = raw_socket()
    for number, _ in enumerate(every(1 / float(per_second))):
        raw.sendto(segment((source, 20000 + number % 20000), (address, int(port)), SYN | ACK, acknowledged=77), (address, 0))


@timed
def port_scan(source, address, per_second):
    """A SYN to one port after another."""
    raw = raw_socket()
    number = 0
    for _ in every(0.05):
        for _ in range(int(per_second) // 20):
            number += 1
            raw.sendto(segment((source, 40000 + number % 7), (address, 1 + number % 65000), SYN), (address, 0))


@timed
def far_clients(device, prefix, address, port, per_second, round_trip):
    """Honest clients far away: each completes its handshake ROUND_TRIP seconds after the answer. Addresses begin with PREFIX (10.92.)."""
    raw, server = raw_socket(), (address, int(port))
    capture = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x800))
    capture.bind((device, 0))
    capture.setblocking(False)
    waiting = collections.deque()
    number, due = 0, time.monotonic()
    while running():
        now = time.monotonic()
        while due <= now:
            due += 1 / float(per_second)
            number += 1
            client = f"{prefix}{number // 200 % 200}.{1 + number % 200}", 20000 + number % 30000
            raw.sendto(segment(client, server, SYN, sequence=5000), (address, 0))
        while answer := syn_ack(capture, int(port)):
            waiting.append((now + float(round_trip), *answer))
        while waiting and waiting[0][0] <= now:
            _, client, sequence = waiting.popleft()
            raw.sendto(segment(client, server, ACK, sequence=5001, acknowledged=sequence + 1), (address, 0))
        time.sleep(0.001)


def syn_ack(capture, port):
    """The next answer from PORT: the client's address and port, and the server's sequence number. None if there is none."""
    while True:
        try:
            packet = capture.recv(200)
        except BlockingIOError:
            return None
        start = (packet[0] & 15) * 4
        if packet[9] != socket.IPPROTO_TCP:
            continue
        sender, receiver, sequence, _, _, flags = struct.unpack_from("!HHIIBB", packet, start)
        if sender == port and flags & (SYN | ACK) == SYN | ACK:
            return (socket.inet_ntoa(packet[16:20]), receiver), sequence


@timed
def older_timestamps(source, address, port, count, per_second):
    """COUNT connections that the server closes first; then SYNs from the same ports whose timestamps are older, as from another client
    behind the same NAT. Wants tcp_timestamps=2 here, so that timestamps are those of the clock."""
    ports = []
    for _ in range(int(count)):
        with socket.create_connection((address, int(port)), 5) as one:
            ports.append(one.getsockname()[1])
            one.settimeout(5)
            one.recv(1)
    print("ready", flush=True)
    raw = raw_socket()
    for number, _ in enumerate(every(1 / float(per_second))):
        own = ports[number % len(ports)]
        old = timestamps(int(time.monotonic() * 1000) - 60000)
        raw.sendto(segment((source, own), (address, int(port)), SYN, options=old), (address, 0))
