"""What the lab's tests do to a kernel and ask of it: traffic.py KIND ARGUMENTS... [SECONDS]. Those marked * need root and a network
namespace without anything else in it: unshare -n python3 traffic.py KIND ..."""
import importlib
import sys

import clock
from kinds import KINDS

# A module is imported when its turn comes: the first have what scenarios start, in emulated machines too, where every import is slow.
MODULES = (
    "tcp_traffic", "packet_traffic", "listeners", "receive_queues", "local_ports", "forged_tcp", "programs", "tcp_states", "tcp_steps",
    "ports", "qdiscs", "queues", "receivers", "questions", "kernel_counters", "interrupted_dumps", "until_limiting", "hold_thread",
    "descriptors", "unserved", "streams", "tracked",
)


def find(name):
    for module in MODULES:
        importlib.import_module(module)
        if name in KINDS:
            return KINDS[name]
    sys.exit(f"no such kind: {name}; --help lists them")


def arguments(function, is_timed):
    import inspect
    for name, parameter in inspect.signature(function).parameters.items():
        optional = parameter.default is not parameter.empty
        yield f"[{name.upper()}]" if optional else name.upper() + ("..." if parameter.kind is parameter.VAR_POSITIONAL else "")
    if is_timed:
        yield "SECONDS"


def print_help():
    print(__doc__)
    for name in MODULES:
        module = importlib.import_module(name)
        print(f"\n{module.__doc__.strip()}\n")
        for kind, (function, is_timed) in KINDS.items():
            if function.__module__ == name:
                print(" ", kind, *arguments(function, is_timed))
                print("     ", " ".join(function.__doc__.split()))


def main(name="--help", *rest):
    if name in ("-h", "--help"):
        print_help()
        return
    function, is_timed = find(name)
    if is_timed:
        *rest, seconds = rest
        clock.start(float(seconds))
    function(*rest)


if __name__ == "__main__":
    main(*sys.argv[1:])
