"""Runs in the guest: makes each condition, asks `tcp-agent why`, and prints one line of JSON for each."""
import json
import pathlib
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

AGENT = "/lab/tcp-agent"
SERVER, CLIENT = "10.91.0.1", "10.91.0.2"
SECONDS = "90"
children = []


def sh(command):
    subprocess.run(command, shell=True, check=True)


def inside(place, *command):
    return ["ip", "netns", "exec", place, *command] if place else list(command)


def traffic(place, *arguments):
    child = subprocess.Popen(inside(place, "python3", "traffic.py", *arguments, SECONDS), stdout=subprocess.PIPE, text=True)
    children.append(child)
    return child


def listening(place, *arguments):
    assert traffic(place, *arguments).stdout.readline().startswith("ready")


def setting(name, value, place=None):
    path = "/proc/sys/" + name.replace(".", "/")
    if place:
        subprocess.run(inside(place, "sysctl", "-qw", f"{name}={value}"), check=True)
    else:
        pathlib.Path(path).write_text(value)


def stage():
    sh("ip netns add s; ip netns add c; ip link add lab0 netns s type veth peer name lab0 netns c")
    for place, number in (("s", 1), ("c", 2)):
        sh(f"ip -n {place} addr add 10.91.0.{number}/24 dev lab0; ip -n {place} link set lab0 up; ip -n {place} link set lo up")
    sh(f"ip -n s route add default via {CLIENT}")


def clear():
    for child in children:
        child.kill()
        child.wait()
    children.clear()
    sh("ip netns del s; ip netns del c")
    time.sleep(0.5)


def accept_queue():
    listening("s", "listen", SERVER, "8080", "4")
    traffic("c", "connects", SERVER, "8080", "10")


def syn_flood(cookies):
    setting("net.ipv4.tcp_syncookies", cookies, "s")
    listening("s", "listen", SERVER, "8091", "16")
    traffic("c", "syn_flood", SERVER, "8091", "200", "10.92.1.")


def conntrack():
    sh("ip netns exec s nft add table inet lab")
    sh("ip netns exec s nft 'add chain inet lab input { type filter hook input priority 0; }'")
    sh("ip netns exec s nft add rule inet lab input ct state new counter accept")
    setting("net.netfilter.nf_conntrack_max", "60")
    traffic("c", "udp_flows", SERVER, "9999", "50")


def neighbours():
    for number, value in ((1, "8"), (2, "16"), (3, "32")):
        setting(f"net.ipv4.neigh.default.gc_thresh{number}", value)
    sh("ip -n c addr add 10.96.0.1/20 dev lab0")
    traffic("c", "neighbours", "10.96.", "80")


def orphans():
    setting("net.ipv4.tcp_max_orphans", "8")
    traffic(None, "unread", "127.0.0.77", "7201", "6")
    time.sleep(2)


def tcp_memory():
    setting("net.ipv4.tcp_mem", "60 100 200")
    traffic(None, "memory", "127.0.0.77", "7202", "20")
    time.sleep(3)


def time_wait():
    setting("net.ipv4.tcp_max_tw_buckets", "5", "c")
    listening("s", "echo_close", SERVER, "8080", "1024")
    traffic("c", "short", SERVER, "8080", "50")


def ports():
    setting("net.ipv4.ip_local_port_range", "40000 40019", "c")
    listening("s", "hold", SERVER, "8080", "1024")
    listening("c", "held", SERVER, "8080", "40")


def qdisc():
    sh("ip netns exec c tc qdisc add dev lab0 root tbf rate 200kbit burst 2kb limit 3kb")
    traffic("c", "udp_stream", SERVER, "9", "200")


def close_wait():
    listening("s", "hold", SERVER, "8080", "1024")
    listening("c", "half_closed", SERVER, "8080", "150", "half")


def slow_accept():
    """Nothing overflows: a thousand connections wait."""
    listening("s", "listen", SERVER, "8080", "4096")
    traffic("c", "connects", SERVER, "8080", "100")
    time.sleep(3)


def unix_queue():
    listening("s", "unix_unaccepted", "/run/lab.sock", "8")


def udp_receive():
    listening("s", "udp_read_slowly", SERVER, "8125", "65536", "0.05")
    traffic("c", "udp_stream", SERVER, "8125", "500")


def udp_ports():
    setting("net.ipv4.ip_local_port_range", "40000 40019", "c")
    listening("c", "udp_ports", SERVER, "53")


def bound_ports():
    setting("net.ipv4.ip_local_port_range", "40000 40019", "c")
    for port in ("8081", "8082"):
        listening("s", "hold", SERVER, port, "256")
    listening("c", "ports_bound_first", CLIENT, SERVER, "8081,8082")


def nat_ports():
    sh("ip netns exec c nft add table ip lab")
    sh("ip netns exec c nft 'add chain ip lab post { type nat hook postrouting priority 100; }'")
    sh(f"ip netns exec c nft add rule ip lab post ip protocol tcp snat to {CLIENT}:5000-5009")
    listening("s", "hold", SERVER, "8080", "1024")
    traffic("c", "connects", SERVER, "8080", "20")
    time.sleep(2)


def drop(place, rule):
    sh(f"ip netns exec {place} nft add table inet lab")
    sh(f"ip netns exec {place} nft 'add chain inet lab input {{ type filter hook input priority 0; }}'")
    sh(f"ip netns exec {place} nft add rule inet lab input {rule} counter drop")


def filtered():
    drop("s", "tcp dport 8080")
    listening("s", "hold", SERVER, "8080", "1024")
    traffic("c", "connects", SERVER, "8080", "100")
    time.sleep(1)


SCENARIOS = [
    ("idle", "ok", "s", lambda: None),
    ("slow acceptor", "limiting: accept_queue", "s", accept_queue),
    ("SYN flood, cookies on", "limiting: syn_queue", "s", lambda: syn_flood("1")),
    ("SYN flood, cookies off", "limiting: syn_queue", "s", lambda: syn_flood("0")),
    ("SYN flood, cookies always", "ok", "s", lambda: syn_flood("2")),
    ("conntrack full", "limiting: conntrack", "s", conntrack),
    ("TIME_WAIT table full", "limiting: time_wait", "c", time_wait),
    ("local ports exhausted", "limiting: ephemeral_ports", "c", ports),
    ("queueing discipline full", "limiting: qdisc", "c", qdisc),
    ("many CLOSE_WAIT", "ok", "s", close_wait),
    ("connections that wait, nothing lost", "limiting: accept_queue", "s", slow_accept),
    ("AF_UNIX accept queue full", "limiting: accept_queue_unix", "s", unix_queue),
    ("UDP receive buffer full", "limiting: udp_receive", "s", udp_receive),
    ("local UDP ports exhausted", "limiting: ephemeral_ports_udp", "c", udp_ports),
    ("local ports bound before connect", "limiting: ephemeral_ports", "c", bound_ports),
    ("NAT out of ports", "limiting: nat_ports", "c", nat_ports),
    ("packet filter drops SYNs", "ok (packet_filter_input)", "s", filtered),
    ("a peer that does not answer", "ok (peer_silent)", "c", filtered),
    ("neighbour table full", "limiting: neighbour_v4", None, neighbours),
    ("too many orphans", "limiting: orphans", None, orphans),
    ("TCP memory full", "limiting: tcp_memory", None, tcp_memory),
]

# Where series appear that an idle host does not have.
RICH = ("slow acceptor", "local ports exhausted", "queueing discipline full", "AF_UNIX accept queue full", "UDP receive buffer full", "local UDP ports exhausted")

HOST_SETTINGS = [
    "net.netfilter.nf_conntrack_max", "net.ipv4.tcp_max_orphans", "net.ipv4.tcp_mem",
    *[f"net.ipv4.neigh.default.gc_thresh{number}" for number in (1, 2, 3)],
]


def why(place, expected):
    """The verdict, and what the agent says beside it if something is expected."""
    answer = subprocess.run(inside(place, AGENT, "why", "--json", "--for=4s"), capture_output=True, text=True, check=False)
    document = json.loads(answer.stdout)
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


def get(path):
    with urllib.request.urlopen("http://127.0.0.1:10793" + path, timeout=20) as answer:
        return answer.read().decode()


def serves():
    """The daemon in the first namespace: ready, scraped, healthy, judged by itself, stopped."""
    daemon = subprocess.Popen([AGENT, "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for _ in range(200):
        time.sleep(0.2)
        try:
            get("/-/ready")
            break
        except urllib.error.URLError:
            pass
    text = get("/metrics")
    time.sleep(2)
    get("/-/healthy")
    verdict = json.loads(get("/api/v1/why"))["verdict"]
    daemon.send_signal(signal.SIGTERM)
    code = daemon.wait(30)
    failed = re.findall(r'^tcpagent_source_success{source="(\w+)"} 0$', text, re.M)
    seen = names(text)
    if code == 0 and not failed and len(seen) > 100 and verdict in ("ok", "near"):
        return "ok", seen
    return f"exit {code}, {len(seen)} metrics, failed {failed}, verdict {verdict}", seen


def main():
    old = {name: pathlib.Path("/proc/sys/" + name.replace(".", "/")).read_text().strip() for name in HOST_SETTINGS}
    estab = "not seen"
    seen = set()
    for name, expected, place, make in SCENARIOS:
        stage()
        try:
            make()
            concluded = why(place, expected)
            if name in RICH:
                seen |= names(metrics(place))
            if name == "many CLOSE_WAIT":
                estab = established_agrees()
        except Exception as error:  # one scenario that cannot be made says so and the next is tried
            concluded = f"{type(error).__name__}: {error}".replace("\n", " ")[:200]
        finally:
            for setting_name, value in old.items():
                setting(setting_name, value)
            clear()
        print("MATRIX " + json.dumps({"scenario": name, "expected": expected, "concluded": concluded}), flush=True)
    try:
        concluded, served = serves()
        seen |= served
    except Exception as error:  # as above
        concluded = f"{type(error).__name__}: {error}".replace("\n", " ")[:200]
    print("MATRIX " + json.dumps({"scenario": "serve, scrape, stop", "expected": "ok", "concluded": concluded}), flush=True)
    text = metrics(None)
    known = {line.split("{")[0].split(" ")[0] for line in subprocess.run([AGENT, "describe"], capture_output=True, text=True, check=True).stdout.splitlines()
             if line.startswith("tcpagent_")}
    seen |= names(text)
    series = sum(1 for line in text.splitlines() if line and line[0] != "#")
    print("MATRIX " + json.dumps({"scenario": "rows", "expected": "", "concluded": "", "series": series, "missing": sorted(known - seen), "currestab": estab}), flush=True)


main()
