"""TCP sockets in every state."""
# The peers are forged: their packets are written to raw sockets, and what the kernel answers leaves by a device whose
# other end takes nothing in: it is read there and forgotten. So each socket stays in the state it was brought to.
import select, socket, struct, subprocess, time

from clock import until_the_end
from kinds import timed, untimed
from netlink_dump import record

NETLINK_SOCK_DIAG = 4
FIN, SYN, ACK = 1, 2, 16
HOST = {4: '10.92.0.1', 6: 'fd00:92::1'}
STATES, QUEUE, DUAL, SHARED = 7000, 7002, 7003, 7004
keep = []


def setup():
    for line in ('link set lo up', 'link add d0 type veth peer name d1', 'link set d0 arp off', 'link set d1 up', 'link set d0 up', 'addr add 10.92.0.1/24 dev d0', 'addr add fd00:92::1/64 dev d0 nodad'):
        subprocess.run(['ip'] + line.split(), check=True)
    for name in ('all', 'lo', 'd0', 'default'):
        with open(f'/proc/sys/net/ipv4/conf/{name}/rp_filter', 'w') as file:
            file.write('0')


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Peer:
    """A forged client of one listener, each with a port of its own."""
    capture = None
    next_port = 20000
    raw = {}

    def __init__(self, port, family=4):
        Peer.next_port += 1
        self.family, self.port, self.own = family, port, Peer.next_port
        self.source, self.target = ('10.92.0.5', HOST[4]) if family == 4 else ('fd00:92::5', HOST[6])
        self.ours, self.theirs, self.window = 1000, 0, 64240
        if Peer.capture is None:
            Peer.capture = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
            Peer.capture.bind(('d0', 0))
            Peer.raw[4] = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
            Peer.raw[6] = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def send(self, flags):
        kind = socket.AF_INET if self.family == 4 else socket.AF_INET6
        source, target = socket.inet_pton(kind, self.source), socket.inet_pton(kind, self.target)
        tcp = struct.pack('!HHIIBBHHH', self.own, self.port, self.ours, self.theirs, 5 << 4, flags, self.window, 0, 0)
        length = struct.pack('!BBH', 0, 6, 20) if self.family == 4 else struct.pack('!II', 20, 6)
        tcp = tcp[:16] + struct.pack('!H', checksum(source + target + length + tcp)) + tcp[18:]
        if self.family == 4:
            packet = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 40, 0, 0, 64, 6, 0, source, target) + tcp
        else:
            packet = struct.pack('!IHBB16s16s', 6 << 28, 20, 6, 64, source, target) + tcp
        Peer.raw[self.family].sendto(packet, (self.target, 0))
        self.ours += 1 if flags & (SYN | FIN) else 0

    def expect(self, flags):
        """Waits for the kernel's packet with these flags and takes its sequence number over."""
        end = time.time() + 5
        while time.time() < end:
            if not select.select([Peer.capture], [], [], 0.1)[0]:
                continue
            packet = Peer.capture.recv(2048)
            tcp = packet[20:] if packet[0] >> 4 == 4 else packet[40:]
            protocol = packet[9] if packet[0] >> 4 == 4 else packet[6]
            if protocol == 6 and struct.unpack('!HH', tcp[:4]) == (self.port, self.own) and tcp[13] & 7 == flags & 7:
                self.theirs = struct.unpack('!I', tcp[4:8])[0] + 1
                return
        raise SystemExit(f'no packet with flags {flags} came from port {self.port}')

    def half_open(self):
        self.send(SYN)
        self.expect(SYN)
        return self

    def connect(self):
        self.half_open().send(ACK)
        return self

    def close(self):
        self.send(FIN | ACK)
        return self


def listen(address, port, backlog=128, shared=False):
    server = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    server.bind((address, port))
    server.listen(backlog)
    server.settimeout(5)
    keep.append(server)
    return server


def accepted(server, family, **leave):
    """A connection that the application holds, and its peer."""
    peer = Peer(STATES, family).connect()
    connection = server.accept()[0]
    if not leave:
        keep.append(connection)
    return connection, peer


def every_state(family, server):
    for _ in range(3):
        accepted(server, family)
    syn_sent = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6)
    syn_sent.setblocking(False)
    syn_sent.connect_ex(('10.92.0.77' if family == 4 else 'fd00:92::77', 9))
    keep.append(syn_sent)
    for _ in range(4):
        Peer(STATES, family).half_open()
    for _ in range(2):
        accepted(server, family)[0].shutdown(socket.SHUT_WR)                    # FIN_WAIT1
    connection, peer = accepted(server, family, orphan=True)
    connection.close()                                                          # FIN_WAIT1 without an owner
    for orphan in (False, True, True):
        connection, peer = accepted(server, family, **({'orphan': 1} if orphan else {}))
        connection.close() if orphan else connection.shutdown(socket.SHUT_WR)
        peer.expect(FIN)
        peer.send(ACK)                                                          # FIN_WAIT2, two of them mini-sockets
    for _ in range(5):
        connection, peer = accepted(server, family, orphan=True)
        connection.close()
        peer.expect(FIN)
        peer.close()                                                            # TIME_WAIT
    for _ in range(2):
        accepted(server, family)[1].close()                                     # CLOSE_WAIT
    for _ in range(2):
        connection, peer = accepted(server, family, orphan=True)
        peer.close()
        peer.expect(0)
        connection.close()                                                      # LAST_ACK
    connection, peer = accepted(server, family, orphan=True)
    connection.close()
    peer.send(FIN | ACK)                                                        # CLOSING: their FIN does not answer ours


def full_queue(late_ack):
    """Three wait where two may, one of them given up by its peer; five more are dropped. One whose last ACK comes too late
    is one more to the host's ListenDrops and two more to the socket's drops."""
    listen(HOST[4], QUEUE, backlog=2)
    late = Peer(QUEUE).half_open()
    waiting = [Peer(QUEUE).connect() for _ in range(3)]
    waiting[0].close()
    time.sleep(0.1)
    if late_ack:
        late.send(ACK)
    for _ in range(5):
        Peer(QUEUE).send(SYN)


def dump(path, states, extensions=0, port=None):
    request = struct.pack('=BBBB', 0, 0, 0, extensions) + bytes(48) + struct.pack('=II', states, 0)
    if port is not None:
        code = struct.pack('=BBHHH', 2, 8, 20, 0, port) + struct.pack('=BBHHH', 3, 8, 12, 0, port)
        request += struct.pack('=HH', 4 + len(code), 1) + code
    record(path, NETLINK_SOCK_DIAG, 18, request)


def make(late_ack):
    setup()
    every_state(4, listen(HOST[4], STATES))
    every_state(6, listen(HOST[6], STATES))
    listen('::', DUAL)
    Peer(DUAL, 4).half_open()
    Peer(DUAL, 4).connect().close()
    Peer(DUAL, 6).half_open()
    for _ in range(2):
        listen('0.0.0.0', SHARED, shared=True)
    full_queue(late_ack)
    time.sleep(0.3)


@timed
def tcp_states():
    """* Brings sockets into every state and keeps them there."""
    make(late_ack=False)
    print('ready', flush=True)
    until_the_end()


@untimed
def record_tcp_states(folder):
    """* The same, and writes sock_diag dumps of them for tests/fixtures-netlink."""
    make(late_ack=True)
    rare = 0xffe & ~(1 << 1) & ~(1 << 6)
    dump(f'{folder}/listen.bin', 1 << 10, 1 << 6)
    dump(f'{folder}/rare.bin', rare)
    dump(f'{folder}/full.bin', 0xffe)
    dump(f'{folder}/waiting.bin', 1 << 1 | 1 << 8, 1 << 1, QUEUE)
