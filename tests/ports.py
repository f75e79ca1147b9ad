"""Ports for the servers that tests start: no two tests get the same one, and no client takes it."""

import random
import socket

# Below those that the kernel gives to whoever asks for any port, also to each outgoing connection.
LOWEST, HIGHEST = 20_000, 29_999


def free_port():
    """Return a port of 127.0.0.1 that nobody listens on, and that no other test gets meanwhile.

    It is this process's until it ends. Raises OSError when there is none left.
    """
    for port in random.sample(range(LOWEST, HIGHEST + 1), 200):
        if _is_mine(port):
            return port
    raise OSError(f"no free port between {LOWEST} and {HIGHEST}")


def _is_mine(port):
    """Tell whether a port is free, and keep other tests' processes from it from now on."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0quizapp-tests-port-{port}")  # an abstract name ends with its process
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    claim.detach()  # held open on purpose
    return True
