"""What a publisher types: publish."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from balkanlab.commands.common import out, root, stop


class Place(StrEnum):
    """Where a book can go."""

    pages = "github-pages"
    netlify = "netlify"
    folder = "folder"
    zip = "zip"


def publish(
    to: Annotated[Place, typer.Option("--to", help="Where the book goes.")],
    target: Annotated[
        Path | None, typer.Argument(help="For a folder or a zip: where to write it (default: dist/).")
    ] = None,
    remote: Annotated[str, typer.Option(help="For github-pages: the Git remote to push to.")] = "origin",
    site: Annotated[str, typer.Option(envvar="NETLIFY_SITE_ID", help="For netlify: the site's id.")] = "",
) -> None:
    """Build the book and hand it over: to GitHub Pages, Netlify, a folder, or a zip that opens without a server."""
    from balkanlab.publish import deliver
    from balkanlab.publish.front import manifest
    from balkanlab.site import BookError, build

    course = root()
    name = str(manifest(course).get("short_title") or "book")
    try:
        with out.status("Building the book"):
            book = build(course)
        if to is Place.folder:
            done = deliver.to_folder(book, target or course / "dist" / name)
            out.print(f"The book is in {done}: copy this folder to any web server.", soft_wrap=True)
        elif to is Place.zip:
            done = deliver.to_zip(book, target or course / "dist" / f"{name}.zip")
            out.print(
                f"{done} ({done.stat().st_size / 1e6:.1f} MB): unpack, open index.html.", soft_wrap=True
            )
        elif to is Place.pages:
            commit = deliver.to_branch(book, course, remote=remote)
            out.print(
                f"Pushed {commit[:10]} to the branch {deliver.BRANCH} of {remote}. Once only: in the repository's "
                f"settings, under Pages, choose to deploy from the branch {deliver.BRANCH}.",
                soft_wrap=True,
            )
        else:
            address = deliver.to_netlify(book, site, os.environ.get("NETLIFY_AUTH_TOKEN", ""))
            out.print(f"Netlify has the book: {address}", soft_wrap=True)
    except (BookError, deliver.DeliveryError) as error:
        stop(error)


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(publish)
