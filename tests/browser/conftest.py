"""The built book, served on loopback, and a Chromium to read it with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from balkanlab.site import build, serving


@pytest.fixture(scope="session")
def book(root: Path, shared: Path) -> Path:
    """The pages, built once for all workers; a failed build fails in each of them with the same words."""
    done, failed = shared / "book-done", shared / "book-failed"
    with FileLock(shared / "book.lock"):
        if failed.exists():
            pytest.fail(failed.read_text(), pytrace=False)
        if not done.exists():
            try:
                build(root, shared)
            except Exception as error:
                failed.write_text(str(error))
                pytest.fail(str(error), pytrace=False)
            done.touch()
    return shared / "_build" / "html"


@pytest.fixture(scope="session")
def site(book: Path) -> Iterator[str]:
    """The address of the book, without the closing slash."""
    with serving(book) as address:
        yield address
