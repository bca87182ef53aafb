"""What a publisher types: publish and pdf."""

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


def pdf(
    chapter: Annotated[str, typer.Argument(help='A chapter such as "02"; the whole book if left out.')] = "",
    target: Annotated[
        Path | None, typer.Option("--out", help="The file to write (default: in dist/).")
    ] = None,
) -> None:
    """Make a PDF of the book or of a chapter: charts as vector pictures, settings side by side, page numbers."""
    from balkanlab.publish import paper
    from balkanlab.publish.build import pages
    from balkanlab.publish.front import manifest
    from balkanlab.site import BookError, build

    course = root()
    settings = manifest(course)
    wanted = pages(course)
    name = str(settings.get("short_title") or "book")
    if chapter:
        entry = next((entry for entry in settings["chapters"] if entry["id"] == chapter), None)
        if entry is None:
            known = ", ".join(entry["id"] for entry in settings["chapters"])
            stop(f"no chapter {chapter!r}; there are {known}", 2)
        wanted = [entry["notebook"].removesuffix(".ipynb")]
        name = f"{name}-{chapter}"
    try:
        with out.status("Building the book"):
            book = build(course)
        with out.status("Printing"):
            document = paper.sheet(book, wanted, settings)
            done = paper.print_pdf(document, book, target or course / "dist" / f"{name}.pdf")
    except (BookError, paper.PaperError) as error:
        stop(error)
    out.print(f"{done} ({done.stat().st_size / 1e6:.1f} MB)", soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(publish)
    app.command()(pdf)
