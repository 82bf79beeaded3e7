"""Servers whose connections wait, each for another reason, in cgroups of their own."""
import os
import resource
import signal
import socket
import threading
import time

from clock import running
from kinds import timed
from tcp_traffic import listener


def end_after(seconds):
    """A signal ends what sleeps without waking up in between."""
    signal.setitimer(signal.ITIMER_REAL, seconds)


def join(cgroups):
    for folder in cgroups:
        with open(f"{folder}/cgroup.procs", "w", encoding="ascii") as procs:
            procs.write(str(os.getpid()))


def work():
    while running():
        pass


@timed
def unserved(address, port, backlog, why, backend, *cgroups):
    """Joins CGROUPS, listens and never accepts. WHY is asleep, files (at its limit of them), works, or backend: it waits for that to
    answer (ADDRESS:PORT)."""
    join(cgroups)
    end_after(600)
    if why == "works":
        threading.Thread(target=work, daemon=True).start()
    elif why == "backend":
        host, _, number = backend.rpartition(":")
        threading.Thread(target=socket.create_connection, args=((host, int(number)),), daemon=True).start()
        time.sleep(2)
    one = listener(address, port, backlog)
    held = []
    if why == "files":
        limit = len(os.listdir("/proc/self/fd")) + 8
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        try:
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            pass
    signal.pause()
    one.close()


@timed
def spin(cpu):
    """Works all the time on one CPU, before all that are nicer."""
    os.sched_setaffinity(0, {int(cpu)})
    work()
