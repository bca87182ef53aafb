"""Print the links for students: one per chapter and exercise sheet, each fetching the course into a home on the hub.

Use: python deploy/links.py https://hub.example.org
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from balkanlab.launch import hub
from balkanlab.lesson import manifest


def links(course: Mapping[str, Any], server: str) -> dict[str, str]:
    """Notebook → nbgitpuller's link, for every chapter and its exercises.

    Args:
        course: the manifest.
        server: the hub's address, such as https://hub.example.org.

    Raises:
        ValueError: `server` is not the address of a web server.
    """
    if urlsplit(server).scheme not in {"http", "https"} or not urlsplit(server).hostname:
        raise ValueError(
            f"{server!r} is not the address of a hub; it should read like https://hub.example.org"
        )
    paths = [chapter[kind] for chapter in course["chapters"] for kind in ("notebook", "exercises")]
    return {path: str(hub(course, path, server=server)) for path in paths}


def main(arguments: list[str]) -> int:
    """The command: 0 and the links, or 2 and what is wrong."""
    if len(arguments) != 1:
        print("give one address: python deploy/links.py https://hub.example.org", file=sys.stderr)
        return 2
    try:
        found = links(manifest(), arguments[0])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for path, link in found.items():
        print(f"{path}\n  {link}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
