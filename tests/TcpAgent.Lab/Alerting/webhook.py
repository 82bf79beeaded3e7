"""Receives what Alertmanager sends, on loopback: webhook.py PORT. Prints one line for each alert: RECEIVER STATUS JSON."""
import http.server
import json
import sys
import threading

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


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
