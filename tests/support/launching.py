"""Launch addresses taken apart, independently of the module that puts them together."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

COLAB = "https://colab.research.google.com"


class Target(NamedTuple):
    """What a launch address opens."""

    server: str
    repository: str
    branch: str
    path: str


def parse(address: str) -> Target:
    """A launch address taken apart, as the services' documentation reads them."""
    url = urlsplit(address)
    server, query = f"{url.scheme}://{url.netloc}", {k: v[0] for k, v in parse_qs(url.query).items()}
    parts = url.path.strip("/").split("/")
    if parts[0] == "v2":
        if parts[1] == "gh":
            repository, rest = f"https://github.com/{parts[2]}/{parts[3]}", parts[4:]
        elif parts[1] == "gl":
            repository, rest = f"https://gitlab.com/{unquote(parts[2])}", parts[3:]
        else:
            repository, rest = unquote(parts[2]), parts[3:]
        assert len(rest) == 1
        return Target(server, repository, unquote(rest[0]), query["urlpath"].removeprefix("lab/tree/"))
    if parts[-1] == "git-pull":
        name = query["repo"].rsplit("/", 1)[-1]
        assert query["urlpath"].startswith(f"lab/tree/{name}/")
        return Target(
            server, query["repo"], query["branch"], query["urlpath"].removeprefix(f"lab/tree/{name}/")
        )
    assert server == COLAB
    assert (parts[0], parts[3]) == ("github", "blob")
    return Target(
        server, f"https://github.com/{parts[1]}/{parts[2]}", unquote(parts[4]), unquote("/".join(parts[5:]))
    )
