"""Asks a Prometheus on loopback: ask.py PORT FILE, the file one expression a line. Prints one line of JSON for each."""
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

port, file = sys.argv[1:]
for expression in open(file, encoding="utf-8").read().splitlines():
    try:
        body = urllib.parse.urlencode({"query": expression}).encode()
        answer = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query", body))
    except urllib.error.HTTPError as error:
        # Plain text while it starts.
        text = error.read().decode()
        answer = json.loads(text) if text.startswith("{") else {"status": "error", "error": text}
    except OSError as error:
        answer = {"status": "error", "error": str(error)}
    print(json.dumps(answer))
