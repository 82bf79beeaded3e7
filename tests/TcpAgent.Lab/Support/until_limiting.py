#!/usr/bin/python3
"""until_limiting.py PORT COUNTER RISE: waits until a counter of the kernel has risen so much, then until the daemon at PORT says
"limiting", and prints how many samples the daemon took in between."""
import json
import sys
import time
import urllib.request

import kernel_counters

port, counter, rise = sys.argv[1], sys.argv[2], float(sys.argv[3])
deadline = time.monotonic() + 30


def get(path):
    return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").read().decode()


def samples():
    return next(float(line.split()[1]) for line in get("/metrics").splitlines() if line.startswith("tcpagent_samples_total "))


def wait(condition):
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"did not come about: {counter} is {kernel_counters.read().get(counter)}, the verdict {get('/api/v1/why')}")
        time.sleep(0.01)


before = kernel_counters.read().get(counter, 0)
print("ready", flush=True)
wait(lambda: kernel_counters.read().get(counter, 0) - before >= rise)
begun, start = samples(), time.monotonic()
wait(lambda: json.loads(get("/api/v1/why"))["verdict"] == "limiting")
print(f"samples {samples() - begun:.0f} seconds {time.monotonic() - start:.2f}", flush=True)
