"""Clients that run out of local ports."""
import errno
import socket

from clock import every
from kinds import timed

FULL = errno.EADDRNOTAVAIL, errno.EADDRINUSE, errno.EAGAIN


def until_full(open_one):
    """Opens one socket after another and keeps them. Says ready, and how many there are, when the kernel has no port, and goes on."""
    held = []
    for _ in every(0.005):
        try:
            held.append(open_one(len(held)))
        except OSError as error:
            if error.errno not in FULL:
                raise
            print(f"ready {len(held)} open, {errno.errorcode[error.errno]}", flush=True)


@timed
def ports_bound_first(source, address, ports):
    """Binds to an address before it connects, to each of the PORTS (7000,7001) in turn, until no port is left."""
    destinations = [(address, int(port)) for port in ports.split(",")]

    def open_one(number):
        one = socket.socket()
        try:
            one.bind((source, 0))
            one.connect(destinations[number % len(destinations)])
        except OSError:
            one.close()
            raise
        return one

    until_full(open_one)


@timed
def udp_ports(address, port):
    """UDP sockets connected to one destination until no port is left."""
    def open_one(_):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            one.connect((address, int(port)))
        except OSError:
            one.close()
            raise
        return one

    until_full(open_one)


@timed
def short_until_full(address, port, per_second):
    """Connects and closes first. Says ready when no port is left, and goes on."""
    for _ in every(1 / float(per_second)):
        with socket.socket() as one:
            one.settimeout(1)
            try:
                one.connect((address, int(port)))
                one.shutdown(socket.SHUT_WR)
                one.recv(1)
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:
                    print("ready", flush=True)
