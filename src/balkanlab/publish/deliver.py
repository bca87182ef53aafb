"""Handing the built book over: to a folder, a zip file, a branch that GitHub Pages serves, or Netlify.

Each takes the folder of built pages and leaves it as it is. A second delivery replaces the first.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

MARK = ".balkanlab-book"
BRANCH = "gh-pages"
NETLIFY = "https://api.netlify.com/api/v1"
# Fixed, so that equal books give equal bytes; zip knows no earlier year.
STAMP = (1980, 1, 1, 0, 0, 0)
# The browser edition needs a server; Sphinx's own notes are of no use to a reader.
SERVER_ONLY = ("run",)
NOT_DELIVERED = (".buildinfo", ".doctrees", "objects.inv")


class DeliveryError(RuntimeError):
    """The book could not be handed over; the message says what to do."""


def files(book: Path, *, without: tuple[str, ...] = ()) -> Iterator[Path]:
    """The files of a built book that readers need, in a fixed order, relative to its folder."""
    left_out = {*NOT_DELIVERED, *without}
    for path in sorted(book.rglob("*")):
        relative = path.relative_to(book)
        if path.is_file() and not left_out & set(relative.parts[:1]):
            yield relative


def to_folder(book: Path, target: Path) -> Path:
    """Copy the book to `target`; files of an earlier delivery that are gone from the book go there too.

    Raises:
        DeliveryError: `target` holds something else.
    """
    if target.is_dir() and any(target.iterdir()) and not (target / MARK).is_file():
        raise DeliveryError(f"{target} is not empty and holds no earlier book: choose another folder")
    if book.resolve() == target.resolve() or target.resolve().is_relative_to(book.resolve()):
        raise DeliveryError(f"{target} lies inside the built book: choose another folder")
    wanted = set(files(book))
    earlier = (target / MARK).read_text(encoding="utf-8").splitlines() if (target / MARK).is_file() else []
    for name in earlier:
        if Path(name) not in wanted:
            (target / name).unlink(missing_ok=True)
    for relative in sorted(wanted):
        (target / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(book / relative, target / relative)
    (target / MARK).write_text(
        "".join(f"{relative.as_posix()}\n" for relative in sorted(wanted)), encoding="utf-8"
    )
    return target


def to_zip(book: Path, target: Path) -> Path:
    """Write the book as a zip that opens from a folder, without a server and without a network.

    The browser edition stays out: browsers start it from a server only.

    Raises:
        DeliveryError: the place cannot be written.
    """
    top = target.stem
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f"{target.name}.part")
        with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for relative in files(book, without=SERVER_ONLY):
                entry = zipfile.ZipInfo(f"{top}/{relative.as_posix()}", STAMP)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, (book / relative).read_bytes())
        half.replace(target)
    except OSError as error:
        raise DeliveryError(f"{target} cannot be written: {error.strerror}") from error
    return target


def to_branch(book: Path, checkout: Path, *, remote: str = "origin", branch: str = BRANCH) -> str:
    """Push the book as the whole content of `branch`, without touching the checkout; returns the commit.

    Nothing is pushed where the branch holds the same book already.

    Raises:
        DeliveryError: no Git, no repository, no such remote, or the push was refused.
    """
    with tempfile.TemporaryDirectory() as scratch:
        tree = to_folder(book, Path(scratch) / "book")
        (tree / ".nojekyll").touch()
        (tree / MARK).unlink()
        settings = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        _git(checkout, f"--work-tree={tree}", "add", "--all", "--force", ".", cwd=tree, env=settings)
        content = _git(checkout, "write-tree", env=settings)
    before = _git(checkout, "ls-remote", remote, f"refs/heads/{branch}").split("\t")[0]
    parents = []
    if before:
        _git(checkout, "fetch", "--quiet", "--depth=1", remote, branch)
        if _git(checkout, "rev-parse", f"{before}^{{tree}}") == content:
            return before
        parents = ["-p", before]
    commit = _git(checkout, "commit-tree", content, *parents, "-m", "Publish the book")
    _git(checkout, "push", "--quiet", remote, f"{commit}:refs/heads/{branch}")
    return commit


def _git(checkout: Path, *words: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    place = f"--git-dir={checkout / '.git'}"
    try:
        run = subprocess.run(
            ["git", place, *words],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            cwd=cwd or checkout,
            env=os.environ | {"GIT_TERMINAL_PROMPT": "0"} | (env or {}),
            check=False,
        )
    except FileNotFoundError:
        raise DeliveryError("git is not installed; install it, or publish to a folder or a zip") from None
    if run.returncode:
        raise DeliveryError(f"git {words[0]} failed: {run.stderr.strip() or 'no reason given'}")
    return run.stdout.strip()


def to_netlify(book: Path, site: str, token: str, *, api: str = NETLIFY) -> str:
    """Send the book to a Netlify site as one zip; returns the address under which it appears.

    The call is the "zip file method" of Netlify's documented API: POST of a zip to `sites/SITE/deploys`.

    Raises:
        DeliveryError: site or token is missing or refused, or Netlify cannot be reached.
    """
    if not site or not token:
        raise DeliveryError(
            "Netlify wants a site and a token: set NETLIFY_SITE_ID and NETLIFY_AUTH_TOKEN "
            "(both are in Netlify's settings of the site and of the user)"
        )
    with tempfile.TemporaryDirectory() as scratch:
        packed = Path(scratch) / "book.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for relative in files(book):
                archive.write(book / relative, relative.as_posix())
        request = urllib.request.Request(
            f"{api}/sites/{site}/deploys",
            data=packed.read_bytes(),
            headers={"Content-Type": "application/zip", "Authorization": f"Bearer {token}"},
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            meaning = {401: "the token is refused", 404: "there is no such site"}.get(
                error.code, error.reason
            )
            raise DeliveryError(f"Netlify says {error.code}: {meaning}") from None
        except (urllib.error.URLError, OSError) as error:
            raise DeliveryError(f"Netlify cannot be reached: {error}") from None
    return str(told.get("ssl_url") or told.get("url") or told.get("deploy_ssl_url") or "")
