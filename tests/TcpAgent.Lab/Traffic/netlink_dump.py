"""Records a netlink dump as the tests replay it: each datagram as it came, after its length."""
import socket
import struct

NLM_F_REQUEST_AND_DUMP, NLMSG_DONE = 0x301, 3


def record(path, protocol, kind, request):
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
    netlink.send(struct.pack('=IHHII', 16 + len(request), kind, NLM_F_REQUEST_AND_DUMP, 1, 0) + request)
    with open(path, 'wb') as file:
        while True:
            datagram = netlink.recv(32768)
            file.write(struct.pack('<I', len(datagram)) + datagram)
            at = 0
            while at < len(datagram):
                length, message = struct.unpack_from('=IH', datagram, at)
                if message == NLMSG_DONE:
                    return
                at += length + 3 & ~3
