"""Questions over HTTP."""
import json
import urllib.error
import urllib.parse
import urllib.request

from kinds import untimed


def body(url, data=None):
    return urllib.request.urlopen(url, data).read().decode()


@untimed
def get(url):
    """Prints what is served there."""
    print(body(url))


@untimed
def ask(port, file):
    """Asks a Prometheus on loopback; the file has one expression a line. Prints one line of JSON for each."""
    for expression in open(file, encoding="utf-8").read().splitlines():
        try:
            query = urllib.parse.urlencode({"query": expression}).encode()
            answer = json.loads(body(f"http://127.0.0.1:{port}/api/v1/query", query))
        except urllib.error.HTTPError as error:
            # Plain text while it starts.
            text = error.read().decode()
            answer = json.loads(text) if text.startswith("{") else {"status": "error", "error": text}
        except OSError as error:
            answer = {"status": "error", "error": str(error)}
        print(json.dumps(answer))
