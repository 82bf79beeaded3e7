"""Connections that send as fast as something lets them, and what lets them."""
import collections
import fcntl
import os
import resource
import select
import socket
import struct
import subprocess
import threading
import time

from clock import every, running, until_the_end
from kinds import timed
from tcp_traffic import fill, listener

BLOCK = bytes(65536)


@timed
def stream(address, port, count, buffer):
    """COUNT connections that send all the time; with BUFFER bytes of send buffer, or 0 for the kernel's own choice."""
    senders = []
    for _ in range(int(count)):
        one = socket.socket()
        if int(buffer):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, int(buffer))
        one.connect((address, int(port)))
        one.setblocking(False)
        senders.append(one)
    while running():
        for one in select.select([], senders, [], 0.05)[1]:
            try:
                one.send(BLOCK)
            except BlockingIOError:
                pass


@timed
def read_steadily(address, port, per_second, times):
    """Accepts one connection and reads PER_SECOND bytes of it a second, in as many TIMES."""
    listening = listener(address, port, 16)
    one = listening.accept()[0]
    for _ in every(1 / int(times)):
        one.recv(int(per_second) // int(times))
    listening.close()


@timed
def answer(address, port, pause):
    """Answers each question PAUSE seconds after it came, on any number of connections."""
    one = listener(address, port, 128)

    def serve(connection):
        while connection.recv(4096):
            time.sleep(float(pause))
            connection.sendall(bytes(500))

    def accept():
        while True:
            threading.Thread(target=serve, args=(one.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    until_the_end()


@timed
def question(address, port, count):
    """COUNT connections that each ask again when they have the answer."""
    def ask():
        one = socket.create_connection((address, int(port)))
        while True:
            one.sendall(bytes(100))
            if not one.recv(4096):
                break

    for _ in range(int(count)):
        threading.Thread(target=ask, daemon=True).start()
    until_the_end()


@timed
def pairs(port, count, filled):
    """COUNT connections on loopback, both ends here. FILLED is filled: their buffers are, and nobody reads."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    one = listener("127.0.0.1", port, 16)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    kept = []
    for _ in range(int(count)):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        client.connect(("127.0.0.1", int(port)))
        kept += client, one.accept()[0]
        if filled == "filled":
            client.setblocking(False)
            fill(client)
    print(f"all {count} are there", flush=True)
    until_the_end()


def tunnel(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, 0x400454ca, struct.pack("16sH14x", name.encode(), 0x1001))         # TUNSETIFF, IFF_TUN | IFF_NO_PI
    return device


def run(line):
    subprocess.run(line.split(), check=True)


@timed
def long_line(here, there, namespace, delay):
    """* A line to another NAMESPACE, HERE and THERE its addresses, on which each packet takes DELAY seconds."""
    ends = [tunnel("near0"), tunnel("far0")]
    run(f"ip link set far0 netns {namespace}")
    for prefix, device, mine, other in ("ip", "near0", here, there), (f"ip -n {namespace}", "far0", there, here):
        run(f"{prefix} addr add {mine} peer {other} dev {device}")
        run(f"{prefix} link set {device} up")
    print("ready", flush=True)
    on_the_way = collections.deque()
    while running():
        wait = max(0, on_the_way[0][0] - time.monotonic()) if on_the_way else 0.05
        for end in select.select(ends, [], [], wait)[0]:
            on_the_way.append((time.monotonic() + float(delay), ends[1 - ends.index(end)], os.read(end, 65536)))
        while on_the_way and on_the_way[0][0] <= time.monotonic():
            _, end, packet = on_the_way.popleft()
            os.write(end, packet)
