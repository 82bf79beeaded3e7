"""Receivers of messages that other programs send."""
import http.server
import json
import os
import socket
import threading

from kinds import untimed

# A thread for each connection, and print writes a line in pieces.
printing = threading.Lock()


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for alert in message["alerts"]:
            with printing:
                print(self.path[1:], alert["status"], json.dumps(alert), flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@untimed
def webhook(port):
    """Receives what Alertmanager sends, on loopback. Prints one line for each alert: RECEIVER STATUS JSON."""
    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Receiver).serve_forever()


@untimed
def journal(path, log):
    """A journald of the test's own at the socket PATH. Appends the MESSAGE of each datagram to the file LOG."""
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
