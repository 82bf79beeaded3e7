"""Queueing disciplines of each sort that any kernel has. Rates are so low that what waits goes on waiting."""
import fcntl, os, socket, struct, subprocess, time

from clock import until_the_end
from kinds import timed, untimed
from netlink_dump import record

NETLINK_ROUTE = 0
SLOW = 'rate 1kbit burst 2kb'
DISCIPLINES = {
    't0': [f'root handle 1: tbf {SLOW} limit 3kb', 'clsact'],
    'c0': [f'root handle 1: tbf {SLOW} limit 100kb', 'parent 1:1 handle 10: pfifo limit 5'],
    'p0': ['root handle 1: pfifo limit 77', 'clsact'],
    'b0': ['root handle 1: bfifo limit 15000'],
    'h0': ['root handle 1: htb default 1', 'parent 1:1 handle 10: pfifo limit 6'],
    'm0': ['root handle 1: mq'],
}
FILLED = {'t0': 20, 'c0': 20, 'h0': 20, 'p0': 3, 'b0': 3}


def run(line):
    subprocess.run(line.split(), check=True)


def quiet(device):
    with open(f'/proc/sys/net/ipv6/conf/{device}/disable_ipv6', 'w') as file:
        file.write('1')


def setup():
    for number, (device, disciplines) in enumerate(DISCIPLINES.items()):
        queues = 'numtxqueues 4 numrxqueues 4'
        run(f'ip link add {device} {queues if device == "m0" else ""} type veth peer name {device}x {queues if device == "m0" else ""}')
        for name in (device, device + 'x'):
            quiet(name)
            run(f'ip link set {name} arp off up')
        run(f'ip addr add 10.93.{number}.1/24 dev {device}')
        for discipline in disciplines:
            run(f'tc qdisc add dev {device} {discipline}')
            if ' htb' in discipline:
                run(f'tc class add dev {device} parent 1: classid 1:1 htb {SLOW.replace("2kb", "1500")} quantum 1500')

    # A device of its own kind of queue: pfifo_fast of tx_queue_len packets.
    tun = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(tun, 0x400454ca, struct.pack('16sH14x', b'u0', 0x1001))         # TUNSETIFF, IFF_TUN | IFF_NO_PI
    quiet('u0')
    run('ip link set u0 txqueuelen 321 up')
    return tun


def fill():
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    for number, device in enumerate(DISCIPLINES):
        for _ in range(FILLED.get(device, 0)):
            client.sendto(bytes(972), (f'10.93.{number}.9', 9))


def make():
    """Returns the device that is there as long as it is open."""
    tun = setup()
    fill()
    time.sleep(0.5)
    return tun


@timed
def qdiscs():
    """* Puts a discipline of each sort onto a device of its own and fills those that can be filled."""
    tun = make()
    print('ready', flush=True)
    until_the_end()
    os.close(tun)


@untimed
def record_qdiscs(folder):
    """* The same, and writes rtnetlink dumps of them for tests/fixtures-netlink."""
    tun = make()
    record(f'{folder}/qdisc.bin', NETLINK_ROUTE, 38, bytes(20))                         # RTM_GETQDISC, struct tcmsg
    record(f'{folder}/links.bin', NETLINK_ROUTE, 18, bytes(16) + struct.pack('=HHI', 8, 29, 8))  # RTM_GETLINK, IFLA_EXT_MASK without counters
    print(subprocess.run('tc -s qdisc'.split(), capture_output=True, text=True).stdout)
    os.close(tun)
