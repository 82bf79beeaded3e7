"""Programs that open files, up to their limit or not."""
import os
import resource

from clock import every, until_the_end
from kinds import timed


def limit_to(files):
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(files), int(files)))


def open_until(count):
    held = []
    try:
        while len(held) < count:
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass  # EMFILE
    return held


@timed
def open_files(files, limit):
    """Opens so many files, or as many as its limit allows, and keeps them."""
    limit_to(limit)
    open_until(int(files))
    print("ready", flush=True)
    until_the_end()


@timed
def probe_files(limit):
    """Opens all files that it may and closes them at once, every tenth of a second."""
    limit_to(limit)
    print("ready", flush=True)
    for _ in every(0.1):
        for one in open_until(int(limit)):
            os.close(one)
