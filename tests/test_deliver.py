"""Handing the book over: folder, zip, branch, Netlify (a stand-in of it on this machine)."""

from __future__ import annotations

import io
import json
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from balkanlab.publish import deliver


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "html"
    for name in ("index.html", "book/about.html", "run/index.html", ".doctrees/x", ".buildinfo"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a remote on this machine."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "a")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@example.org")
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    folder = tmp_path / "checkout"
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / "work").write_text("mine")
    git(folder, "add", "work")
    git(folder, "commit", "-qm", "work")
    git(folder, "remote", "add", "origin", str(tmp_path / "remote.git"))
    return folder


class TestFolder:
    def test_copies_and_takes_back_what_is_gone(self, book: Path, tmp_path: Path) -> None:
        target = deliver.to_folder(book, tmp_path / "out")
        assert (target / "run" / "index.html").is_file()
        assert not (target / ".doctrees").exists()
        (book / "book" / "about.html").unlink()
        deliver.to_folder(book, target)
        assert not (target / "book" / "about.html").exists()
        assert (target / "index.html").is_file()

    def test_leaves_other_peoples_folders_alone(self, book: Path, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "thesis.tex").write_text("mine")
        with pytest.raises(deliver.DeliveryError, match="not empty"):
            deliver.to_folder(book, tmp_path / "out")

    def test_not_into_itself(self, book: Path) -> None:
        with pytest.raises(deliver.DeliveryError, match="inside"):
            deliver.to_folder(book, book / "copy")


class TestZip:
    def test_same_book_same_bytes_and_nothing_that_needs_a_server(self, book: Path, tmp_path: Path) -> None:
        first = deliver.to_zip(book, tmp_path / "a" / "lab.zip").read_bytes()
        (book / "index.html").touch()
        assert deliver.to_zip(book, tmp_path / "b" / "lab.zip").read_bytes() == first
        names = zipfile.ZipFile(io.BytesIO(first)).namelist()
        assert names == ["lab/book/about.html", "lab/index.html"]

    def test_a_place_that_cannot_be_written(self, book: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(deliver.DeliveryError, match="cannot be written"):
            deliver.to_zip(book, tmp_path / "file" / "lab.zip")


class TestBranch:
    def test_pushes_the_book_and_leaves_the_checkout(
        self, book: Path, checkout: Path, tmp_path: Path
    ) -> None:
        before = git(checkout, "status", "--porcelain"), git(checkout, "rev-parse", "HEAD")
        commit = deliver.to_branch(book, checkout)
        remote = tmp_path / "remote.git"
        held = git(remote, "ls-tree", "-r", "--name-only", deliver.BRANCH).splitlines()
        assert held == [".nojekyll", "book/about.html", "index.html", "run/index.html"]
        assert (git(checkout, "status", "--porcelain"), git(checkout, "rev-parse", "HEAD")) == before
        assert deliver.to_branch(book, checkout) == commit
        (book / "index.html").write_text("new")
        deliver.to_branch(book, checkout)
        assert git(remote, "rev-list", "--count", deliver.BRANCH) == "2"

    def test_no_such_remote(self, book: Path, checkout: Path) -> None:
        with pytest.raises(deliver.DeliveryError, match="git ls-remote failed"):
            deliver.to_branch(book, checkout, remote="nowhere")


class Netlify(BaseHTTPRequestHandler):
    """What of Netlify's API the delivery uses."""

    got: ClassVar[dict[str, Any]] = {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Authorization"] != "Bearer right":
            self.send_error(401)
            return
        self.got.update(path=self.path, names=zipfile.ZipFile(io.BytesIO(body)).namelist())
        answer = json.dumps({"ssl_url": "https://lab.netlify.app"}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    """The address of the stand-in."""
    server = HTTPServer(("127.0.0.1", 0), Netlify)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


class TestNetlify:
    def test_sends_one_zip(self, book: Path, api: str) -> None:
        assert deliver.to_netlify(book, "site", "right", api=api) == "https://lab.netlify.app"
        assert Netlify.got["path"] == "/sites/site/deploys"
        assert "index.html" in Netlify.got["names"]

    @pytest.mark.parametrize(
        ("site", "token", "said"), [("", "", "NETLIFY_SITE_ID"), ("site", "wrong", "token is refused")]
    )
    def test_says_what_is_missing(self, book: Path, api: str, site: str, token: str, said: str) -> None:
        with pytest.raises(deliver.DeliveryError, match=said):
            deliver.to_netlify(book, site, token, api=api)

    def test_no_network(self, book: Path) -> None:
        with pytest.raises(deliver.DeliveryError, match="cannot be reached"):
            deliver.to_netlify(book, "site", "right", api="http://127.0.0.1:9")
