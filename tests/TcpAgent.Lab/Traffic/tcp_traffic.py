"""Connections: programs that listen, connect, read and close."""
# Runs with Python 3.9 too, where a socket's timeout is no TimeoutError.
import select
import socket
import time

from clock import every, running, until_the_end
from kinds import timed


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


@timed
def listen(address, port, backlog):
    """Listens and never accepts."""
    one = listener(address, port, backlog)
    until_the_end()
    one.close()


@timed
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
        except socket.timeout:
            continue
        if close:
            connection.close()
        else:
            held.append(connection)


@timed
def hold(address, port, backlog):
    """Accepts and keeps: what peers close goes to CLOSE_WAIT."""
    accept_all(listener(address, port, backlog), False)


@timed
def echo_close(address, port, backlog):
    """Accepts, waits for the peer's end, closes: TIME_WAIT stays at the peer."""
    one = listener(address, port, backlog)
    one.settimeout(0.05)
    while running():
        try:
            connection = one.accept()[0]
        except socket.timeout:
            continue
        connection.settimeout(0.5)
        try:
            connection.recv(1)
        except OSError:
            pass
        connection.close()


@timed
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


def at_once(address, port, count):
    """Opens a number of connections without waiting for them."""
    held = []
    for _ in range(int(count)):
        one = tcp(address)
        one.setblocking(False)
        one.connect_ex((address, int(port)))
        held.append(one)
    return held


@timed
def burst(address, port, count):
    """As many connections at once, then nothing."""
    held = at_once(address, port, count)
    until_the_end()


@timed
def bursts(address, port, count, pause):
    """As many connections at once, every PAUSE seconds; those of one burst are closed at the next."""
    for _ in every(float(pause)):
        held = at_once(address, port, count)
    del held


@timed
def short_burst(address, port, backlog, count):
    """Listens, lets connections overflow its queue for 0.3 s, then accepts them all and stays healthy."""
    one = listener(address, port, backlog)
    held = at_once(address, port, count)
    time.sleep(0.3)
    accept_all(one, False)


def connect_and_close(address, port):
    try:
        one = socket.create_connection((address, int(port)), 1)
    except OSError:
        return
    one.shutdown(socket.SHUT_WR)
    try:
        one.recv(1)
    except OSError:
        pass
    one.close()


@timed
def short(address, port, per_second):
    """Connects, closes first: TIME_WAIT stays here."""
    for _ in every(1 / float(per_second)):
        connect_and_close(address, port)


@timed
def time_waits(address, port, count):
    """As many TIME_WAIT here, then nothing."""
    for _ in range(int(count)):
        connect_and_close(address, port)
    until_the_end()


@timed
def sink(address, port):
    """Reads what comes on all connections."""
    one = listener(address, port, 4096)
    one.setblocking(False)
    sources = [one]
    while running():
        for ready in select.select(sources, [], [], 0.05)[0]:
            if ready is one:
                sources.append(one.accept()[0])
            elif not ready.recv(65536):
                sources.remove(ready)


@timed
def bulk(address, port, flows):
    """As many connections that send small segments as fast as the path takes them."""
    senders = []
    for _ in range(int(flows)):
        sender = socket.create_connection((address, int(port)), 10)
        sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sender.setblocking(False)
        senders.append(sender)
    for _ in every(0.02):
        for sender in senders:
            try:
                sender.send(b"x" * 500)
            except BlockingIOError:
                pass


@timed
def held(address, ports, each):
    """Opens a number of connections to each of the PORTS (7000,7001) and keeps them. Prints how many are open and how many failed."""
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
    until_the_end()


@timed
def half_closed(address, port, count, whole):
    """Closes its side (WHOLE is whole: the descriptor too) and the peer does not answer in kind."""
    kept = []
    for _ in range(int(count)):
        one = socket.create_connection((address, int(port)), 2)
        if whole == "whole":
            one.close()
        else:
            one.shutdown(socket.SHUT_WR)
            kept.append(one)
    print("ready", flush=True)
    until_the_end()


@timed
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


@timed
def memory(address, port, count):
    """As many connections with full buffers that nobody reads, and some more bytes now and then."""
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
