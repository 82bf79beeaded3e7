"""A kind is a function that traffic.py runs by its name; its docstring is what the help says of it."""
KINDS = {}


def timed(function):
    """SECONDS, the last argument on the command line, bound it: see clock.py."""
    KINDS[function.__name__] = function, True
    return function


def untimed(function):
    """It ends by itself or when it is killed."""
    KINDS[function.__name__] = function, False
    return function
