"""Runs in the guest: makes each condition, asks the agent, and prints one line of JSON for each."""
import json
import pathlib
import subprocess

from guest_answers import AGENT, established_agrees, metrics, names, scraped
from guest_conditions import SCENARIOS
from guest_stage import clear, setting, stage

HOST_SETTINGS = [
    "net.netfilter.nf_conntrack_max", "net.ipv4.tcp_max_orphans", "net.ipv4.tcp_mem",
    *[f"net.ipv4.neigh.default.gc_thresh{number}" for number in (1, 2, 3)],
]


def main():
    old = {name: pathlib.Path("/proc/sys/" + name.replace(".", "/")).read_text().strip() for name in HOST_SETTINGS}
    estab = "not seen"
    seen = set()
    for one in SCENARIOS:
        stage()
        try:
            one.make()
            concluded = one.ask(one.place, one.expected)
            if one.rich:
                seen |= names(metrics(one.place))
            if one.name == "many CLOSE_WAIT":
                estab = established_agrees()
        except Exception as error:  # one scenario that cannot be made says so and the next is tried
            concluded = f"{type(error).__name__}: {error}".replace("\n", " ")[:200]
        finally:
            for setting_name, value in old.items():
                setting(setting_name, value)
            clear()
        print("MATRIX " + json.dumps({"scenario": one.name, "expected": one.expected, "concluded": concluded}), flush=True)
    text = metrics(None)
    known = {line.split("{")[0].split(" ")[0] for line in subprocess.run([AGENT, "describe"], capture_output=True, text=True, check=True).stdout.splitlines()
             if line.startswith("tcpagent_")}
    seen |= names(text) | scraped
    series = sum(1 for line in text.splitlines() if line and line[0] != "#")
    print("MATRIX " + json.dumps({"scenario": "rows", "expected": "", "concluded": "", "series": series, "missing": sorted(known - seen), "currestab": estab}), flush=True)


main()
