"""Applications that accept too few, too slowly or not at all, and clients of theirs."""
import errno
import resource
import socket
import time

from clock import every, running, until_the_end
from kinds import timed
from tcp_traffic import accept_all, listener, tcp

IPPROTO_MPTCP = 262  # socket.IPPROTO_MPTCP is younger than Python 3.9


@timed
def no_descriptors(address, port, backlog, files):
    """Accepts and keeps until it may open no more files, and goes on asking."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(files), int(files)))
    one = listener(address, port, backlog)
    one.settimeout(0.2)
    held = []
    while running():
        try:
            held.append(one.accept()[0])
        except OSError as error:
            if error.errno == errno.EMFILE:
                time.sleep(0.05)


@timed
def accept_some(address, port, backlog, count):
    """Accepts a number of connections and no more. An IPv6 address takes IPv4 too."""
    one = listener(address, port, backlog)
    held = [one.accept()[0] for _ in range(int(count))]
    until_the_end()
    del held


@timed
def accept_slowly(address, port, backlog, pause):
    """Accepts and keeps one connection every PAUSE seconds."""
    one = listener(address, port, backlog)
    one.settimeout(float(pause))
    held = []
    for _ in every(float(pause)):
        try:
            held.append(one.accept()[0])
        except socket.timeout:
            pass


@timed
def serve_slowly(address, port, backlog, work):
    """Works WORK seconds for each connection, one after the other, and closes it."""
    one = listener(address, port, backlog)
    one.settimeout(0.2)
    while running():
        try:
            connection = one.accept()[0]
        except socket.timeout:
            continue
        time.sleep(float(work))
        connection.close()


@timed
def listen_mptcp(address, port, backlog):
    """Listens with Multipath TCP and never accepts."""
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
    one.bind((address, int(port)))
    one.listen(int(backlog))
    print("ready", flush=True)
    until_the_end()


@timed
def hold_deferred(address, port, backlog):
    """Accepts and keeps, but a connection is handed over only with its first byte (TCP_DEFER_ACCEPT)."""
    one = tcp(address)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)
    one.bind((address, int(port)))
    one.listen(int(backlog))
    print("ready", flush=True)
    accept_all(one, False)


@timed
def close_first(address, port, backlog):
    """Accepts and closes at once: TIME_WAIT stays here."""
    accept_all(listener(address, port, backlog), True)


@timed
def fast_open(address, port, backlog, pending):
    """Accepts and keeps; handshakes under way, at most PENDING of them, may bring data in their SYN (TCP_FASTOPEN)."""
    one = tcp(address)
    one.bind((address, int(port)))
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, int(pending))
    one.listen(int(backlog))
    print("ready", flush=True)
    accept_all(one, False)


@timed
def connects_with_data(address, port, per_second):
    """Opens connections with data in their SYN, and keeps them. Wants tcp_fastopen=5 here: without a cookie."""
    held = []
    for _ in every(1 / float(per_second)):
        one = tcp(address)
        one.setblocking(False)
        try:
            one.sendto(b"GET /", socket.MSG_FASTOPEN, (address, int(port)))
        except BlockingIOError:
            pass
        held.append(one)


@timed
def connects_and_leaves(address, port, per_second, patience):
    """Opens connections without waiting for them, and closes each after PATIENCE seconds."""
    held = []
    for _ in every(1 / float(per_second)):
        one = tcp(address)
        one.setblocking(False)
        one.connect_ex((address, int(port)))
        held.append((time.monotonic(), one))
        while held[0][0] < time.monotonic() - float(patience):
            held.pop(0)[1].close()


@timed
def connects_from(source, address, port, per_second):
    """Opens connections from an address of this host, without waiting for them, and keeps them."""
    held = []
    for _ in every(1 / float(per_second)):
        one = tcp(address)
        one.setblocking(False)
        one.bind((source, 0))
        one.connect_ex((address, int(port)))
        held.append(one)


@timed
def unix_unaccepted(path, backlog):
    """Listens on a path or an @abstract name, never accepts, and connects until the kernel says EAGAIN, again and again."""
    path = "\0" + path[1:] if path.startswith("@") else path
    one = socket.socket(socket.AF_UNIX)
    one.bind(path)
    one.listen(int(backlog))
    held = []
    for _ in every(0.01):
        client = socket.socket(socket.AF_UNIX)
        client.setblocking(False)
        try:
            client.connect(path)
            held.append(client)
        except BlockingIOError:
            print("ready", flush=True)
            client.close()
