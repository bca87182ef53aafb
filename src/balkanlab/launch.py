"""Addresses that open a file of the course elsewhere: Binder, Colab, a JupyterHub, the repository.

Pure functions of `course.yml`: its `repository` (url, branch) decides all of them, its optional `launch` names
another BinderHub (`binder`) or the class's JupyterHub (`hub`). Formats: BinderHub's "link to a repository"
(`v2/PROVIDER/SPEC?urlpath=`), Colab's `github/OWNER/NAME/blob/REF/PATH`, nbgitpuller's `git-pull?repo=`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

BINDER = "https://mybinder.org"
COLAB = "https://colab.research.google.com"
LANDING = "start.ipynb"


@dataclass(frozen=True)
class Repository:
    """Where the course's sources are: `url` without ".git" or closing slash, and the branch to open."""

    url: str
    branch: str

    @property
    def name(self) -> str:
        """The last part of the address, which is also the folder that a clone makes."""
        return self.url.rsplit("/", 1)[-1]

    @property
    def slug(self) -> str:
        """`owner/name`, with all groups where a server nests them."""
        return urlsplit(self.url).path.strip("/")

    @property
    def on_github(self) -> bool:
        """Whether the sources are on github.com."""
        return urlsplit(self.url).hostname == "github.com"


def repository(course: Mapping[str, Any]) -> Repository:
    """The repository that `course.yml` names.

    Raises:
        ValueError: it names none, or the address is not one of the web.
    """
    found = course.get("repository") or {}
    url = str(found.get("url") or "").strip().rstrip("/").removesuffix(".git")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).path.strip("/"):
        raise ValueError(
            f"course.yml: repository.url is {url!r}; it should read like https://github.com/owner/name"
        )
    return Repository(url, str(found.get("branch") or "main"))


def source(course: Mapping[str, Any], path: str) -> str:
    """The page of a file in the repository; `path` is relative to the course folder, with forward slashes."""
    repo = repository(course)
    return f"{repo.url}/blob/{quote(repo.branch)}/{quote(path)}"


def binder(course: Mapping[str, Any], path: str = LANDING) -> str:
    """The address that builds the course on a BinderHub and opens `path` in JupyterLab."""
    repo = repository(course)
    if repo.on_github:
        spec = f"gh/{repo.slug}/{quote(repo.branch, safe='')}"
    elif urlsplit(repo.url).hostname == "gitlab.com":
        spec = f"gl/{quote(repo.slug, safe='')}/{quote(repo.branch, safe='')}"
    else:
        spec = f"git/{quote(repo.url, safe='')}/{quote(repo.branch, safe='')}"
    server = str((course.get("launch") or {}).get("binder") or BINDER).rstrip("/")
    return f"{server}/v2/{spec}?{urlencode({'urlpath': f'lab/tree/{path}'}, quote_via=quote, safe='/')}"


def colab(course: Mapping[str, Any], path: str) -> str | None:
    """The address that opens a notebook in Google Colab; None where the sources are not on GitHub."""
    repo = repository(course)
    if not repo.on_github:
        return None
    return f"{COLAB}/github/{repo.slug}/blob/{quote(repo.branch)}/{quote(path)}"


def hub(course: Mapping[str, Any], path: str = LANDING, server: str = "") -> str | None:
    """The nbgitpuller link that fetches the course into a student's folder on a JupyterHub and opens `path`.

    Args:
        course: the manifest.
        path: relative to the course folder.
        server: the hub's address; default: `launch.hub` of the manifest. None comes back where neither is given.
    """
    server = (server or str((course.get("launch") or {}).get("hub") or "")).rstrip("/")
    if not server:
        return None
    repo = repository(course)
    query = {"repo": repo.url, "branch": repo.branch, "urlpath": f"lab/tree/{repo.name}/{path}"}
    return f"{server}/hub/user-redirect/git-pull?{urlencode(query, quote_via=quote, safe='')}"


def links(course: Mapping[str, Any], path: str) -> dict[str, str]:
    """What can open the notebook `path`, by the name to show, best for a newcomer first."""
    found = {
        "JupyterHub": hub(course, path),
        "Binder": binder(course, path),
        "Colab": colab(course, path),
    }
    return {name: address for name, address in found.items() if address}


def colab_cell(version: str) -> dict[str, Any]:
    """Source and metadata of every notebook's first code cell: it installs the package in Colab and only there.

    Plain Python, not `%pip`, so that whoever reads cells as Python can read this one.
    """
    install = f'[sys.executable, "-m", "pip", "install", "-q", "balkanlab=={version}"]'
    lines = [
        "import sys",
        "",
        'if "google.colab" in sys.modules:',
        "    import subprocess",
        "",
        f"    subprocess.run({install}, check=True)",
    ]
    hidden = {
        "jupyter": {"source_hidden": True},
        "tags": ["remove-input"],
        "slideshow": {"slide_type": "skip"},
    }
    return {"source": "\n".join(lines), "metadata": hidden}
