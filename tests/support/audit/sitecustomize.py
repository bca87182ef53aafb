"""Put on PYTHONPATH, this writes down every name looked up and every address connected to outside this machine.

Browsers are watched by their own log; this watches servers and kernels, which could call out unseen.
"""

import os
import sys

LOG = os.environ.get("BALKANLAB_AUDIT_LOG")
HOME = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "", None}


def _watch(event: str, arguments: tuple) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in HOME and not str(host).startswith("127."):
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(f"{event} {host}\n")


if LOG:
    sys.addaudithook(_watch)
