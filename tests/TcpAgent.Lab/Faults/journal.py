"""A journald of the test's own: journal.py SOCKET FILE. Appends the MESSAGE of each datagram to the file."""
import os
import socket
import sys

path, log = sys.argv[1:]
if os.path.exists(path):
    os.unlink(path)
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(path)
with open(log, "a", encoding="utf-8") as out:
    print("listening", flush=True)
    while True:
        for line in receiver.recv(65536).decode(errors="replace").split("\n"):
            if line.startswith("MESSAGE="):
                print(line[8:], file=out, flush=True)
