"""Every loop of the traffic ends SECONDS after its start: the last argument of the command line."""
import sys
import time

deadline = time.monotonic() + float(sys.argv[-1])


def running():
    return time.monotonic() < deadline


def every(seconds):
    """Yields now and then until the deadline, in step with the clock."""
    due = time.monotonic()
    while running():
        yield
        due += seconds
        time.sleep(max(0, due - time.monotonic()))


def until_the_end():
    while running():
        time.sleep(0.05)
