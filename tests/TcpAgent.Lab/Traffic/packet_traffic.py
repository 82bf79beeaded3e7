"""Packets without a connection: SYNs, datagrams and frames."""
import random
import socket
import struct
import time

from clock import every, running
from kinds import timed, untimed

ETHERTYPE = b"\x88\xb5"  # IEEE 802 local experimental


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


@timed
def syn_flood(address, port, per_second, prefix):
    """SYNs from addresses that never answer."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    number = 0
    for _ in every(0.05):
        for _ in range(int(per_second) // 20):
            number += 1
            source = socket.inet_aton(f"{prefix}{1 + number % 250}")
            target = socket.inet_aton(address)
            sequence = random.getrandbits(32)
            syn = struct.pack("!HHIIBBHHH", 1024 + number * 17 % 60000, int(port), sequence, 0, 5 << 4, 2, 64240, 0, 0)
            pseudo = source + target + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(syn))
            syn = syn[:16] + struct.pack("!H", checksum(pseudo + syn)) + syn[18:]
            header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, number & 0xFFFF, 0, 64, socket.IPPROTO_TCP, 0, source, target)
            raw.sendto(header + syn, (address, 0))


@timed
def udp_flows(address, port, per_second):
    """Each datagram from a port of its own: a tracking entry each."""
    source = 20000
    for _ in every(1 / float(per_second)):
        source = 20000 + (source - 19999) % 40000
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind(("", source))
            try:
                one.sendto(b"x", (address, int(port)))
            except OSError:
                pass


@timed
def udp_flows_once(address, port, count):
    """A number of datagrams, each from a port of its own, then nothing."""
    for source in range(20000, 20000 + int(count)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind(("", source))
            one.sendto(b"x", (address, int(port)))
    print("ready", flush=True)


@timed
def udp_bursts(address, port, count, pause):
    """COUNT datagrams of 1,000 bytes at once, every PAUSE seconds."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        for _ in every(float(pause)):
            for _ in range(int(count)):
                one.sendto(b"x" * 1000, (address, int(port)))


@timed
def udp_stream(address, port, per_second):
    """Datagrams of 1,000 bytes; those that the device does not take are lost."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setblocking(False)
        for _ in every(0.01):
            for _ in range(int(per_second) // 100):
                try:
                    one.sendto(b"x" * 1000, (address, int(port)))
                except OSError:
                    pass


@timed
def udp_unread(address, port, sockets):
    """Sockets that are sent to and never read."""
    readers = []
    for i in range(int(sockets)):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind((address, int(port) + i))
        readers.append(one)
    for _ in every(0.1):
        for i in range(int(sockets)):
            # A sender of its own for each: what is full must not hold up the rest.
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                for _ in range(10):
                    try:
                        sender.sendto(b"x" * 8000, (address, int(port) + i))
                    except OSError:
                        break


@timed
def frames(device, hardware_address, per_second):
    """Frames of an EtherType that nobody handles."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    raw.bind((device, 0))
    frame = bytes.fromhex(hardware_address.replace(":", "")) + raw.getsockname()[4] + ETHERTYPE + b"z" * 60
    for _ in every(1 / float(per_second)):
        raw.send(frame)


@timed
def foreign_frames(device, per_second):
    """Frames of a VLAN that this host does not have, and LLDP that nobody reads."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    raw.bind((device, 0))
    own = raw.getsockname()[4]
    for _ in every(1 / float(per_second)):
        raw.send(b"\xff" * 6 + own + b"\x81\x00\x00\x2a\x08\x00" + b"E" + bytes(60))
        raw.send(b"\x01\x80\xc2\x00\x00\x0e" + own + b"\x88\xcc" + bytes(50))


@untimed
def frames_once(device, count):
    """A number of broadcast frames of the same kind at once."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    raw.bind((device, 0))
    for _ in range(int(count)):
        raw.send(b"\xff" * 6 + b"\x02" * 6 + ETHERTYPE + bytes(50))


@timed
def broadcasts(address):
    """Segmented datagrams to every port of a bridge in one go: more packets at once than a CPU's backlog takes."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    one.setsockopt(17, 103, 100)
    for _ in every(0.2):
        one.sendto(b"x" * 6000, (address, 9))


@timed
def neighbours(prefix, count):
    """Datagrams to a number of neighbours that do not exist, spread so that their retries fill no other queue."""
    while running():
        for i in range(int(count)):
            if i % 20 == 0:
                time.sleep(0.02)
            if i % 100 == 0:
                one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                one.setblocking(False)
            try:
                one.sendto(b"x", (f"{prefix}{1 + i // 250}.{1 + i % 250}", 9))
            except OSError:
                pass


@timed
def fragments(source, address, per_second):
    """First fragments whose rest never comes, each of a packet of its own."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    number = 0
    for _ in every(1 / float(per_second)):
        number += 1
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 1420, number & 0xFFFF, 0x2000, 64, socket.IPPROTO_UDP, 0, socket.inet_aton(source), socket.inet_aton(address))
        raw.sendto(header + b"x" * 1400, (address, 0))
