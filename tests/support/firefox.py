"""A stock Firefox, driven by the protocol it speaks itself (WebDriver BiDi, https://www.w3.org/TR/webdriver-bidi/).

Playwright drives only a Firefox of its own making, which it would have to download, and Selenium needs a geckodriver
beside the browser, which Debian 12 does not have. A page has the few methods that the tests need, named and meant as
Playwright's are.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websocket import WebSocket, create_connection

from support.chromium import Log, is_external
from support.proxy import refusing

NAMES = ("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox")
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
PATIENCE = 30.0  # seconds until a start, a reply or a wait counts as failed
EVENTS = ["log.entryAdded", "network.beforeRequestSent", "network.responseCompleted", "network.fetchError"]
# Values that WebDriver gives to keys without a character, https://www.w3.org/TR/webdriver2/#keyboard-actions
KEYS = {"Enter": "\ue007", "Space": " ", "End": "\ue010", "Home": "\ue011"}
# As Playwright evaluates: a function is called with the argument, anything else is the value.
EVALUATE = """(async () => {
  const found = (0, eval)(%s);
  return JSON.stringify(typeof found === 'function' ? await found(%s) : await found) ?? 'null';
})()"""


def find_firefox() -> str | None:
    """The path of a Firefox; None if there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """The one tab of a Firefox, and in `log` what went wrong or went out in it."""

    def __init__(self, socket: WebSocket) -> None:
        self.log = Log()
        self._socket, self._numbers = socket, itertools.count(1)
        self.version = self._send("session.new", capabilities={})["capabilities"]["browserVersion"]
        self._send("session.subscribe", events=EVENTS)
        # In the window that Firefox opens by itself the address bar has the focus, and no button hears a key.
        self._tab = self._send("browsingContext.create", type="window")["context"]

    def goto(self, url: str) -> None:
        """Opens an address and waits until it is loaded."""
        self._send("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def evaluate(self, expression: str, argument: Any = None) -> Any:
        """The value of a JavaScript expression, or what a function gives for `argument`; promises are awaited.

        Raises:
            RuntimeError: the script threw.
        """
        said = self._send(
            "script.evaluate",
            expression=EVALUATE % (json.dumps(expression), json.dumps(argument)),
            target={"context": self._tab},
            awaitPromise=True,
        )
        if said["type"] == "exception":
            raise RuntimeError(said["exceptionDetails"]["text"])
        return json.loads(said["result"]["value"])

    def wait_for_function(self, expression: str, argument: Any = None) -> None:
        """Waits until the expression is true.

        Raises:
            TimeoutError: it did not become so.
        """
        end = time.monotonic() + PATIENCE
        while not self.evaluate(expression, argument):
            if time.monotonic() > end:
                raise TimeoutError(f"still not so after {PATIENCE:.0f} s: {expression}")
            time.sleep(0.1)

    def press(self, selector: str, key: str) -> None:
        """Focuses the first element of a CSS selector and presses a key of `KEYS`, as a keyboard does."""
        focused = (
            "s => { const e = document.querySelector(s); e?.focus(); return document.activeElement === e; }"
        )
        assert self.evaluate(focused, selector), f"{selector} cannot be focused"
        strokes = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keyboard", "actions": strokes}
        self._send("input.performActions", context=self._tab, actions=[keyboard])

    def _send(self, method: str, **params: Any) -> dict[str, Any]:
        """Sends a command and returns its result; events that come before it are noted."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message["type"] == "event":
                self._note(message["method"], message["params"])
            elif message.get("id") == number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['error']}: {message['message']}")
                return message["result"]

    def _note(self, event: str, params: dict[str, Any]) -> None:
        if event == "log.entryAdded":
            if params["level"] == "error":
                self.log.errors.append(params["text"])
            return
        url = params["request"]["url"]
        if event == "network.beforeRequestSent":
            if is_external(url):
                self.log.external.append(url)
        elif event == "network.fetchError":
            # A page that is left ends what it was loading.
            if not is_external(url) and "ABORT" not in params["errorText"]:
                self.log.failed.append(f"{params['errorText']} {url}")
        elif params["response"]["status"] >= 400:
            self.log.failed.append(f"{params['response']['status']} {url}")


@contextmanager
def opened(scheme: str = "light") -> Iterator[Page]:
    """A headless Firefox with a profile of its own that can reach this machine only.

    Args:
        scheme: "light" or "dark", what pages are told that the reader prefers.

    Raises:
        RuntimeError: there is none on this machine, or it does not start.
    """
    program = find_firefox()
    if program is None:
        raise RuntimeError("no Firefox found: run `make firefox`")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, refusing() as proxy:
        host, port = proxy.address.split(":")
        wanted = {
            "layout.css.prefers-color-scheme.content-override": 0 if scheme == "dark" else 1,
            "network.proxy.type": 1,
            "network.proxy.http": host,
            "network.proxy.http_port": int(port),
            "network.proxy.ssl": host,
            "network.proxy.ssl_port": int(port),
        }
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in wanted.items()]
        Path(home, "user.js").write_text("\n".join(lines), encoding="utf-8")
        said = Path(home, "said.txt")
        with said.open("wb") as stream:
            process = subprocess.Popen(
                [program, "--headless", "--no-remote", "--profile", home, "--remote-debugging-port", "0"],
                stdout=stream,
                stderr=stream,
                env=os.environ | {"HOME": home},
            )
        socket = None
        try:
            socket = create_connection(f"{_address(process, said)}/session", PATIENCE, suppress_origin=True)
            yield Page(socket)
        finally:
            if socket is not None:
                socket.close()
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    """Where the started Firefox listens; it says so once it is ready."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if found := LISTENING.search(said.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        time.sleep(0.05)
    raise RuntimeError(
        f"Firefox did not start:\n{said.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    )
