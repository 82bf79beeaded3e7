"""What the agent says in the guest."""
import contextlib
import json
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

from guest_stage import inside, syn_flood

AGENT = "/lab/tcp-agent"

# The metrics that a scrape had; print does not have those of the server.
scraped = set()


def judged(place):
    return json.loads(subprocess.run(inside(place, AGENT, "why", "--json", "--for=4s"), capture_output=True, text=True, check=False).stdout)


def why(place, expected):
    """The verdict, and what the agent says beside it if something is expected."""
    document = judged(place)
    blamed = document["limiting"] or [one["resource"] for one in document["resources"] if one["state"] == "near"]
    beside = [one["id"] for one in document["findings"] if one["headline"]] if "(" in expected else []
    return document["verdict"] + (": " + ", ".join(sorted(blamed)) if blamed else "") + (f" ({', '.join(sorted(beside))})" if beside else "")


def metrics(place):
    return subprocess.run(inside(place, AGENT, "print", "--samples=2"), capture_output=True, text=True, check=True).stdout


def names(text):
    """Of the metrics, which describe lists too; a histogram's samples have suffixes."""
    return {re.sub("_(bucket|sum|count)$", "", name) for name in re.findall(r"^(tcpagent_\w+)", text, re.M)}


def established_agrees():
    """With sockets in CLOSE_WAIT, which some kernels count in CurrEstab and others do not."""
    text = metrics("s")
    series = {state: int(re.search(rf'tcpagent_tcp_sockets{{state="{state}"}} (\d+)', text).group(1)) for state in ("established", "close_wait")}
    listing = subprocess.run(inside("s", "ss", "-Htan"), capture_output=True, text=True, check=True).stdout
    counted = {"established": listing.count("ESTAB"), "close_wait": listing.count("CLOSE-WAIT")}
    table = subprocess.run(inside("s", "cat", "/proc/net/snmp"), capture_output=True, text=True, check=True).stdout
    names, values = [line.split() for line in table.splitlines() if line.startswith("Tcp:")]
    estab = int(values[names.index("CurrEstab")])
    meaning = "ESTABLISHED and CLOSE_WAIT" if estab >= counted["close_wait"] + counted["established"] else "ESTABLISHED only"
    return f"{meaning}, states agree with ss" if series == counted else f"{meaning}, but {series} is not what ss counts, {counted}"


def connections(place, _):
    """How many there are in the largest group, and what limits them for most of the time."""
    groups = judged(place)["connections"]["groups"]
    if not groups:
        return "none"
    shares = groups[0]["limited_by"]
    return f"{'20 or more' if groups[0]['connections'] >= 20 else groups[0]['connections']}, limited by {max(shares, key=shares.get)}"


def tracked(place, _):
    document = json.loads(subprocess.run(inside(place, AGENT, "conntrack", "--json"), capture_output=True, text=True, check=True).stdout)
    return f"{document['entries']} entries, " + ("all of udp" if [one["name"] for one in document["protocols"]] == ["udp"] else str(document["protocols"]))


def card(place, _):
    seen = names(metrics(place))
    found = [what for what, name in (("rings", "tcpagent_nic_receive_ring_descriptors"), ("channels", "tcpagent_nic_combined_channels")) if name in seen]
    return " and ".join(found) or "none"


def get(path):
    with urllib.request.urlopen("http://127.0.0.1:10793" + path, timeout=20) as answer:
        return answer.read().decode()


@contextlib.contextmanager
def daemon():
    """The daemon in the first namespace, when it is ready."""
    process = subprocess.Popen([AGENT, "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            time.sleep(0.2)
            try:
                get("/-/ready")
                break
            except urllib.error.URLError:
                pass
        yield process
    finally:
        process.kill()
        process.wait()


def log_events(_, expected):
    """What the kernel says of a flood, within half a minute."""
    with daemon():
        syn_flood("1")
        for _ in range(60):
            time.sleep(0.5)
            events = re.findall(r'^tcpagent_kernel_events_total\{event="(\w+)"\} [1-9]', get("/metrics"), re.M)
            if expected in events:
                return expected
    return ", ".join(events) or "nothing"


def serves(*_):
    """Scraped, healthy, judged by itself, stopped."""
    with daemon() as process:
        text = get("/metrics")
        time.sleep(2)
        get("/-/healthy")
        verdict = json.loads(get("/api/v1/why"))["verdict"]
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
    failed = re.findall(r'^tcpagent_source_success\{source="(\w+)"\} 0$', text, re.M)
    scraped.update(names(text))
    if code == 0 and not failed and len(scraped) > 100 and verdict in ("ok", "near"):
        return "ok"
    return f"exit {code}, {len(scraped)} metrics, failed {failed}, verdict {verdict}"
