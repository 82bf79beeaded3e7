"""Data that is not read, or too slowly."""
import socket
import time

from clock import every, running
from kinds import timed
from tcp_traffic import fill, listener


@timed
def udp_read_slowly(address, port, buffer, pause):
    """Reads one datagram every PAUSE seconds from a socket whose receive buffer has BUFFER bytes."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, int(buffer))
    one.bind((address, int(port)))
    one.settimeout(0.2)
    print("ready", flush=True)
    while running():
        try:
            one.recv(65536)
        except socket.timeout:
            continue
        time.sleep(float(pause))


@timed
def udp_read_in_bursts(address, port, buffer, pause):
    """Reads all that has come every PAUSE seconds, from a socket that asks for a receive buffer of BUFFER bytes."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, int(buffer))
    one.bind((address, int(port)))
    one.setblocking(False)
    print("ready", flush=True)
    for _ in every(float(pause)):
        try:
            while True:
                one.recv(65536)
        except BlockingIOError:
            pass


@timed
def read_slowly(address, port, pause):
    """Reads a little from each of its connections every PAUSE seconds."""
    one = listener(address, port, 128)
    one.setblocking(False)
    connections = []
    for _ in every(float(pause)):
        try:
            connections.append(one.accept()[0])
            connections[-1].setblocking(False)
        except BlockingIOError:
            pass
        for connection in connections:
            try:
                connection.recv(65536)
            except BlockingIOError:
                pass


@timed
def pour(address, port, count):
    """A number of connections that send as much as the peer takes, and one more every half second."""
    senders = []
    for _ in every(0.5):
        for _ in range(1 if senders else int(count)):
            sender = socket.create_connection((address, int(port)), 5)
            sender.setblocking(False)
            senders.append(sender)
        for sender in senders:
            fill(sender)


@timed
def talk(address, port, count):
    """A number of connections that each send a few bytes five times a second, acknowledged or not."""
    senders = []
    for _ in range(int(count)):
        sender = socket.create_connection((address, int(port)), 5)
        sender.setblocking(False)
        senders.append(sender)
    print("ready", flush=True)
    for _ in every(0.2):
        for sender in senders:
            try:
                sender.send(b"x" * 20)
            except BlockingIOError:
                pass


@timed
def unix_datagrams(path):
    """A datagram socket on a path that nobody reads; sends to it until the kernel says EAGAIN, again and again."""
    reader, writer = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
    reader.bind(path)
    writer.setblocking(False)
    writer.connect(path)
    for _ in every(0.01):
        try:
            writer.send(b"x")
        except BlockingIOError:
            print("ready", flush=True)
