"""Dumps of a table that changes meanwhile."""
import socket
import struct

from clock import running
from kinds import timed

NLM_F_REQUEST_AND_DUMP, NLM_F_DUMP_INTR, NLMSG_DONE, RTM_GETLINK = 0x301, 0x10, 3, 18


@timed
def interrupted_dumps():
    """Lists all devices by rtnetlink again and again. Prints how many of the dumps the kernel marked as interrupted: INTERRUPTED OF."""
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    interrupted = dumps = 0
    while running():
        dumps += 1
        netlink.send(struct.pack('=IHHIIB15x', 32, RTM_GETLINK, NLM_F_REQUEST_AND_DUMP, dumps, 0, 0))
        flagged = done = False
        while not done:
            datagram, at = netlink.recv(32768), 0
            while at < len(datagram):
                length, message, flags = struct.unpack_from('=IHH', datagram, at)
                flagged |= bool(flags & NLM_F_DUMP_INTR)
                done |= message == NLMSG_DONE
                at += length + 3 & ~3
        interrupted += flagged
    print(interrupted, dumps, flush=True)
