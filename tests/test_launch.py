"""Launch addresses: taken apart again by a parser of their own, they name the repository and a file that is there."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab import launch
from support.course import ROOT, manifest

GITHUB = {"repository": {"url": "https://github.com/some-body/balkan.lab.git", "branch": "main"}}
GITLAB = {"repository": {"url": "https://gitlab.com/group/sub/lab/", "branch": "spring 27"}}
FORGE = {"repository": {"url": "https://git.example.org/x/lab", "branch": "main"}}
HUB = GITHUB | {"launch": {"hub": "https://hub.example.org/", "binder": "https://binder.example.org"}}
PATHS = st.from_regex(r"\A[a-zčüß &?#%+]{1,9}/[a-z0-9_ ,=]{1,9}\.ipynb\Z")


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
    assert server == launch.COLAB
    assert (parts[0], parts[3]) == ("github", "blob")
    return Target(
        server, f"https://github.com/{parts[1]}/{parts[2]}", unquote(parts[4]), unquote("/".join(parts[5:]))
    )


@pytest.mark.parametrize("course", [GITHUB, GITLAB, FORGE, HUB], ids=["github", "gitlab", "forge", "hub"])
@given(path=PATHS)
def test_every_address_names_the_repository_and_the_file(course: dict[str, Any], path: str) -> None:
    repository = launch.repository(course)
    found = launch.links(course, path)
    assert "Binder" in found
    for address in found.values():
        assert parse(address)[1:] == (repository.url, repository.branch, path)


def test_colab_reads_github_only_and_a_hub_has_to_be_named() -> None:
    assert list(launch.links(GITHUB, "a.ipynb")) == ["Binder", "Colab"]
    assert list(launch.links(GITLAB, "a.ipynb")) == ["Binder"]
    assert list(launch.links(HUB, "a.ipynb")) == ["JupyterHub", "Binder", "Colab"]
    assert parse(launch.binder(HUB)).server == "https://binder.example.org"


@pytest.mark.parametrize("url", ["", "github.com/a/b", "https://github.com", "git@github.com:a/b.git"])
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match=r"https://github\.com/owner/name"):
        launch.repository({"repository": {"url": url}})


def test_every_chapter_and_exercise_can_be_launched() -> None:
    course = manifest()
    for chapter in course["chapters"]:
        for path in (chapter["notebook"], chapter["exercises"]):
            for address in launch.links(course, path).values():
                assert (ROOT / parse(address).path).is_file()
