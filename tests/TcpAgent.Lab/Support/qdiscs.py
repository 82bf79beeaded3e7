#!/usr/bin/python3
"""Puts queueing disciplines of each sort that any kernel has onto devices of this network namespace, which must be a new one, and fills
those that can be filled.

Rates are so low that what waits goes on waiting: two readings a few seconds apart find the same. Prints a line when done and waits.
With --record FOLDER it writes rtnetlink dumps instead, each datagram after its length as u32 in little endian.
"""
import fcntl, os, socket, struct, subprocess, sys, time

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


def main():
    tun = setup()
    fill()
    time.sleep(0.5)
    if len(sys.argv) > 2 and sys.argv[1] == '--record':
        record(f'{sys.argv[2]}/qdisc.bin', NETLINK_ROUTE, 38, bytes(20))                         # RTM_GETQDISC, struct tcmsg
        record(f'{sys.argv[2]}/links.bin', NETLINK_ROUTE, 18, bytes(16) + struct.pack('=HHI', 8, 29, 8))  # RTM_GETLINK, IFLA_EXT_MASK without counters
        print(subprocess.run('tc -s qdisc'.split(), capture_output=True, text=True).stdout)
        return
    print('ready', flush=True)
    time.sleep(300)
    os.close(tun)


main()
