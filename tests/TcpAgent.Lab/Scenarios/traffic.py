"""Traffic of the lab's scenarios: traffic.py VERB ARGUMENTS... SECONDS. Every loop ends after the given time."""
import random
import socket
import struct
import sys
import time

deadline = time.monotonic() + float(sys.argv[-1])


def running():
    return time.monotonic() < deadline


def every(seconds):
    """Yields now and then until the deadline, in step with the clock."""
    due = time.monotonic()
    while running():
        yield
        due += seconds
        time.sleep(max(0, due - time.monotonic()))


def tcp(address):
    return socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)


def listener(address, port, backlog, reuse_port=False):
    one = tcp(address)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse_port:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    one.bind((address, int(port)))
    one.listen(int(backlog))
    print("ready", flush=True)
    return one


def listen(address, port, backlog):
    """Listens and never accepts."""
    one = listener(address, port, backlog)
    while running():
        time.sleep(0.05)
    one.close()


def reuse_port(address, port, backlog):
    """Two sockets share the port: one accepts, one is stuck."""
    stuck, busy = listener(address, port, backlog, True), listener(address, port, backlog, True)
    accept_all(busy, True)
    stuck.close()


def accept_all(one, close):
    one.settimeout(0.05)
    held = []
    while running():
        try:
            connection = one.accept()[0]
        except TimeoutError:
            continue
        if close:
            connection.close()
        else:
            held.append(connection)


def hold(address, port, backlog):
    """Accepts and keeps: what peers close goes to CLOSE_WAIT."""
    accept_all(listener(address, port, backlog), False)


def echo_close(address, port, backlog):
    """Accepts, waits for the peer's end, closes: TIME_WAIT stays at the peer."""
    one = listener(address, port, backlog)
    one.settimeout(0.05)
    while running():
        try:
            connection = one.accept()[0]
        except TimeoutError:
            continue
        connection.settimeout(0.5)
        try:
            connection.recv(1)
        except OSError:
            pass
        connection.close()


def connects(address, port, per_second):
    """Opens connections without waiting for them, and keeps them."""
    held = []
    for _ in every(1 / float(per_second)):
        one = tcp(address)
        one.setblocking(False)
        try:
            one.connect((address, int(port)))
        except BlockingIOError:
            pass
        held.append(one)


def burst(address, port, count):
    """As many connections at once, then nothing."""
    held = []
    for _ in range(int(count)):
        one = tcp(address)
        one.setblocking(False)
        one.connect_ex((address, int(port)))
        held.append(one)
    while running():
        time.sleep(0.05)


def short_burst(address, port, backlog, count):
    """Listens, lets connections overflow its queue for 0.3 s, then takes them all and goes on healthy."""
    one = listener(address, port, backlog)
    held = []
    for _ in range(int(count)):
        client = tcp(address)
        client.setblocking(False)
        client.connect_ex((address, int(port)))
        held.append(client)
    time.sleep(0.3)
    accept_all(one, False)


def short(address, port, per_second):
    """Connects, closes first: TIME_WAIT stays here."""
    for _ in every(1 / float(per_second)):
        try:
            one = socket.create_connection((address, int(port)), 1)
        except OSError:
            continue
        one.shutdown(socket.SHUT_WR)
        try:
            one.recv(1)
        except OSError:
            pass
        one.close()


def held(address, ports, each):
    """So many connections to each port, kept; then one attempt more a moment."""
    kept = []
    failed = 0
    for port in ports.split(","):
        for _ in range(int(each)):
            one = tcp(address)
            try:
                one.connect((address, int(port)))
                kept.append(one)
            except OSError:
                failed += 1
    print(f"ready {len(kept)} open, {failed} failed", flush=True)
    while running():
        time.sleep(0.05)


def half_closed(address, port, count, whole):
    """Closes its side (whole: the descriptor too) and the peer does not answer in kind."""
    kept = []
    for _ in range(int(count)):
        one = socket.create_connection((address, int(port)), 2)
        if whole == "whole":
            one.close()
        else:
            one.shutdown(socket.SHUT_WR)
            kept.append(one)
    print("ready", flush=True)
    while running():
        time.sleep(0.05)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


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


def udp_flows_once(address, port, count):
    for source in range(20000, 20000 + int(count)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind(("", source))
            one.sendto(b"x", (address, int(port)))
    print("ready", flush=True)


def udp_stream(address, port, per_second):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setblocking(False)
        for _ in every(0.01):
            for _ in range(int(per_second) // 100):
                try:
                    one.sendto(b"x" * 1000, (address, int(port)))
                except OSError:
                    pass


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


def unread(address, port, count):
    """Connections whose receiver never reads; the sender fills both buffers and closes: an orphan each, at most 40 at once."""
    one = listener(address, port, 4096)
    receivers = []
    for _ in every(0.2):
        for _ in range(int(count)):
            sender = socket.create_connection((address, int(port)), 2)
            sender.setblocking(False)
            fill(sender)
            sender.close()
            receivers.append(one.accept()[0])
        while len(receivers) > 40:
            receivers.pop(0).close()


def memory(address, port, count):
    """As many connections with full buffers, which nobody reads, now and then some bytes more."""
    one = listener(address, port, 4096)
    kept = []
    for _ in range(int(count)):
        sender = socket.create_connection((address, int(port)), 2)
        sender.setblocking(False)
        fill(sender)
        kept.append((sender, one.accept()[0]))
    for _ in every(0.1):
        for sender, receiver in kept[:4]:
            receiver.setblocking(False)
            try:
                receiver.recv(65536)
            except OSError:
                pass
            fill(sender)


def fill(sender):
    try:
        while True:
            sender.send(b"x" * 65536)
    except OSError:
        pass


def frames(device, hardware_address, per_second):
    """Frames of an EtherType that nobody handles."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    raw.bind((device, 0))
    frame = bytes.fromhex(hardware_address.replace(":", "")) + raw.getsockname()[4] + b"\x88\xb5" + b"z" * 60
    for _ in every(1 / float(per_second)):
        raw.send(frame)


def broadcasts(address):
    """Segmented datagrams to every port of a bridge in one go: more packets at once than a CPU's backlog takes."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    one.setsockopt(17, 103, 100)
    for _ in every(0.2):
        one.sendto(b"x" * 6000, (address, 9))


def neighbours(prefix, count):
    """Datagrams to so many neighbours that do not exist, spread so that their retries fill no other queue."""
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


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:-1])
