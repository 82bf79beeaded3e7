"""Local ports."""
import errno, socket, subprocess

from clock import until_the_end
from kinds import timed

keep = []


def write(name, text):
    with open(f'/proc/sys/net/ipv4/{name}', 'w') as file:
        file.write(text)


def listen(address, port):
    server = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET)
    server.bind((address, port))
    server.listen(100)
    keep.append(server)
    return server


def connect(name, server, count, mapped=0):
    """The first of them through IPv6 sockets, although over IPv4."""
    host, port = server.getsockname()[:2]
    held, refused = [], 0
    for i in range(count):
        client = socket.socket(socket.AF_INET6 if i < mapped else server.family)
        try:
            client.connect((f'::ffff:{host}' if i < mapped else host, port))
            held.append((client, server.accept()[0]))
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
            refused += 1
    print(name, len(held), refused)
    keep.extend(held)
    return held


@timed
def ports(reserved='', listening=''):
    """* Uses up 20 local ports towards one destination after another and keeps them. Prints "NAME connected refused" for each destination,
    refused being EADDRNOTAVAIL. RESERVED becomes ip_local_reserved_ports; on the port LISTENING somebody listens."""
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    write('ip_local_port_range', '40000 40019')
    if reserved:
        write('ip_local_reserved_ports', reserved)
        listen('127.0.0.9', int(listening))
    to_a = connect('A', listen('127.0.0.1', 9001), 40, mapped=7)
    connect('B', listen('127.0.0.1', 9002), 20)
    to_c = connect('C', listen('::1', 9003), 40)
    for client, server in to_a[:6] + to_c[:9]:
        client.close()
        server.close()
    print('ready', flush=True)
    until_the_end()
