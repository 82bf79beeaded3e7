"""AF_UNIX listeners and UDP sockets with something in their queues, in a namespace of their own."""
import os, socket, struct, subprocess, tempfile, time

from kinds import untimed
from netlink_dump import record

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
RANGE = 40000, 40009


def unix(name, backlog, waiting, kind=socket.SOCK_STREAM):
    server = socket.socket(socket.AF_UNIX, kind)
    server.bind(name)
    server.listen(backlog)
    clients = [socket.socket(socket.AF_UNIX, kind) for _ in range(waiting)]
    for client in clients:
        client.connect(name)
    return [server, *clients]


def udp(address, port, buffer=65536, sent=0, size=100, shared=False, ipv6_only=False, peer=None):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    one = socket.socket(family, socket.SOCK_DGRAM)
    if shared:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if ipv6_only:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    one.bind((address, port))
    if peer:
        one.connect(peer)
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.bind((address, 1))
        for _ in range(sent):
            sender.sendto(b"x" * size, (address, port))
    return one


def setup():
    for line in ("ip link set lo up", "ip addr add 10.94.0.1/32 dev lo", "ip -6 addr add fd00:94::1/128 dev lo nodad"):
        subprocess.run(line.split(), check=True)
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
        file.write(f"{RANGE[0]} {RANGE[1]}")
    with open("/proc/sys/net/ipv4/ip_local_reserved_ports", "w") as file:
        file.write("40001")


@untimed
def record_queues(folder):
    """* Makes them, and writes their sock_diag dumps for tests/fixtures-netlink."""
    setup()
    there = os.path.abspath(folder)
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        held = [
            unix("full.sock", 3, 4), unix("idle.sock", 128, 0), unix("\0abstract", 8, 2), unix("packets.sock", 16, 1, socket.SOCK_SEQPACKET),
            unix(b"new\nline \x1b[31m\xff \"\\.sock", 5, 1), unix("@path", 5, 1), unix("\0path", 5, 3)]
        held += [
            udp("10.94.0.1", 8125, 4096, sent=50), udp("0.0.0.0", 514, sent=3), udp("fd00:94::1", 53, 4096, sent=40), udp("::", 40003),
            udp("::", 40004, ipv6_only=True), udp("127.0.0.1", 40000), udp("127.0.0.1", 40001), udp("10.94.0.1", 40000), udp("0.0.0.0", 40002),
            udp("fd00:94::1", 40005), udp("127.0.0.1", 9000, shared=True), udp("127.0.0.1", 9000, shared=True),
            udp("127.0.0.1", 40006, peer=("127.0.0.1", 9000))]
        time.sleep(0.2)
        record(f"{there}/unix.bin", NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, struct.pack("=BBHIIIII", 1, 0, 0, 1 << 10, 0, 1 << 0 | 1 << 4, 0, 0))
        for name, family in ("udp.bin", socket.AF_INET), ("udp6.bin", socket.AF_INET6):
            record(
                f"{there}/{name}", NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY,
                struct.pack("=BBBBI", family, socket.IPPROTO_UDP, 1 << 6, 0, 1 << 1 | 1 << 7) + bytes(48))
        print(subprocess.run("ss -xln; ss -uanm", shell=True, capture_output=True, check=True).stdout.decode(errors="backslashreplace"))
        del held
