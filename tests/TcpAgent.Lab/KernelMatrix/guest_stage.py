"""Two network namespaces of the guest, s and c, with a line between them, and the traffic in them."""
import os
import pathlib
import re
import subprocess
import time

SERVER, CLIENT = "10.91.0.1", "10.91.0.2"
SECONDS = "90"
KERNEL = tuple(int(part) for part in re.match(r"(\d+)\.(\d+)", os.uname().release).groups())
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


def syn_flood(cookies):
    setting("net.ipv4.tcp_syncookies", cookies, "s")
    listening("s", "listen", SERVER, "8091", "16")
    traffic("c", "syn_flood", SERVER, "8091", "200", "10.92.1.")
