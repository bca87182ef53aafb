"""Builds the book and shows it on this machine."""

from __future__ import annotations

import gzip
import io
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache, partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from balkanlab.browser.edition import FOLDER, SWITCH, Unavailable, make
from balkanlab.paths import course_root

LOGGER = logging.getLogger(__name__)
FIRST_PORT = 8000
PACKED = {".css", ".csv", ".geojson", ".html", ".ipynb", ".js", ".json", ".mjs", ".svg", ".wasm"}
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class BookError(RuntimeError):
    """The book could not be built; the message ends with what the builder said."""


def book_folder(root: Path | None = None) -> Path:
    """Where the built book of a checkout is, whether built yet or not."""
    return (root or course_root()) / "_build" / "html"


def build(root: Path | None = None, out: Path | None = None) -> Path:
    """Builds the book with warnings as errors; only what changed since the last build is rendered again.

    Pages link to the browser edition only where it could be built.

    Args:
        root: the checkout; default: the course folder.
        out: the folder that gets `_build/html`; default: the checkout.

    Returns:
        The folder of the built pages.

    Raises:
        BookError: no book sources there, or the build failed or warned.
    """
    root = root or course_root()
    out = out or root
    if not (root / "_config.yml").is_file():
        raise BookError(f"no _config.yml in {root}: the book is built from a checkout of the course")
    if not (book_folder(out) / FOLDER).is_dir():
        return _pages(root, out, _browser_edition(root, out))
    # A rebuild: both at once. Should there be no edition in the end, the pages are made again without their buttons.
    with ThreadPoolExecutor(1) as beside:
        edition = beside.submit(_browser_edition, root, out)
        folder = _pages(root, out, True)
        return folder if edition.result() else _pages(root, out, False)


def _pages(root: Path, out: Path, with_edition: bool) -> Path:
    # A process of its own: Sphinx keeps state and prints warnings wherever it runs.
    command = [sys.executable, "-m", "balkanlab.publish.build", str(root), str(out / "_build")]
    run = subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        cwd=root,
        env=os.environ | {"PYTHONIOENCODING": "utf-8", SWITCH: "1" if with_edition else "0"},
        check=False,
    )
    if run.returncode:
        # Sphinx does not repeat a warning about a page it has already read, so the next build must read all again.
        shutil.rmtree(out / "_build" / ".doctrees", ignore_errors=True)
        shutil.rmtree(out / "_build" / "html" / ".doctrees", ignore_errors=True)
        said = _COLOUR.sub("", run.stderr.strip() or run.stdout.strip())[-6000:]
        raise BookError(f"the book was not built (exit code {run.returncode}):\n{said}")
    return book_folder(out)


def _browser_edition(root: Path, out: Path) -> bool:
    """Builds the browser edition; says why where it cannot be had, for the book is complete without it."""
    folder = out / "_build" / "html" / FOLDER
    try:
        make(root, out / "_build" / "browser", folder)
    except Unavailable as reason:
        LOGGER.warning("The book is built without its browser edition: %s", reason)
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


@lru_cache(maxsize=1024)
def _packed(path: Path, changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)


class Handler(SimpleHTTPRequestHandler):
    """Static files with the types browsers insist on, whatever the machine's own table says."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".css": "text/css",
        ".svg": "image/svg+xml",
        ".json": "application/json",
        ".ipynb": "application/x-ipynb+json",
        ".csv": "text/csv; charset=utf-8",
    }

    def send_head(self) -> Any:
        """Texts and programs go packed to browsers that can unpack them, as any web host would send them."""
        path = Path(self.translate_path(self.path))
        accepted = self.headers.get("Accept-Encoding", "")
        if path.suffix not in PACKED or "gzip" not in accepted or not path.is_file():
            return super().send_head()
        changed = int(path.stat().st_mtime)
        when = self.date_time_string(changed)
        if self.headers.get("If-Modified-Since") == when:
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return None
        body = _packed(path, changed)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", when)
        self.send_header("Vary", "Accept-Encoding")
        self.end_headers()
        return io.BytesIO(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A static server of `folder` on loopback, not yet running; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(folder)))


def server_on_free_port(folder: Path, first: int = FIRST_PORT) -> ThreadingHTTPServer:
    """Like `server`, on the first free port from `first` on, so that the address stays the same between days."""
    for port in range(first, first + 20):
        try:
            return server(folder, port)
        except OSError:
            continue
    return server(folder)


def address(running: ThreadingHTTPServer) -> str:
    """The address to open in a browser."""
    return f"http://127.0.0.1:{running.server_address[1]}/"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serves `folder` in the background; yields the address without the closing slash."""
    running = server(folder)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield address(running).rstrip("/")
    finally:
        running.shutdown()
        running.server_close()
        thread.join()
