"""How long the daemon takes to see what the kernel has counted."""
import http.client
import json
import sys
import time

import kernel_counters
from kinds import untimed


@untimed
def until_limiting(port, counter, rise):
    """Waits until a counter of the kernel has risen so much, then until the daemon at PORT says "limiting", and prints how many samples the
    daemon took in between."""
    deadline = time.monotonic() + 30

    # One connection: each new one would take a local port, of which a condition may leave twenty.
    agent = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)

    def ask(path):
        agent.request("GET", path)
        return agent.getresponse().read().decode()

    def samples():
        return next(float(line.split()[1]) for line in ask("/metrics").splitlines() if line.startswith("tcpagent_samples_total "))

    def wait(condition):
        while not condition():
            if time.monotonic() > deadline:
                sys.exit(f"did not come about: {counter} is {kernel_counters.read().get(counter)}, the verdict {ask('/api/v1/why')}")
            time.sleep(0.01)

    before = kernel_counters.read().get(counter, 0)
    print("ready", flush=True)
    wait(lambda: kernel_counters.read().get(counter, 0) - before >= float(rise))
    begun, start = samples(), time.monotonic()
    wait(lambda: json.loads(ask("/api/v1/why"))["verdict"] == "limiting")
    print(f"samples {samples() - begun:.0f} seconds {time.monotonic() - start:.2f}", flush=True)
