"""Every loop of a timed kind ends a number of seconds after its start."""
import time

_deadline = 0.0


def start(seconds):
    global _deadline
    _deadline = time.monotonic() + seconds


def running():
    return time.monotonic() < _deadline


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
