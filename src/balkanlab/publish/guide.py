"""The instructor's guide and the syllabus, from `course.yml`: nothing in them is kept in a second place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from balkanlab.publish.assets import ASSETS
from balkanlab.publish.front import MANIFEST, manifest
from balkanlab.publish.slides import deck, has_deck

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PAGES = ("book/instructor-guide", "book/syllabus")
Cell = str | list[nodes.Node]
LEVELS = ("4 points", "3 points", "2 points", "1 point")
SESSION_MINUTES = 90
# What a chapter's `teaching` holds: key → keys of each entry (none where an entry is a pair).
TEACHING: dict[str, tuple[str, ...]] = {
    "session": (),
    "misconceptions": ("name", "says", "answer", "system"),
    "discussion": ("system", "question", "views", "record"),
    "open_tasks": ("id", "title", "system", "minutes", "task", "rubric"),
}


def faults(course: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the teaching notes and the syllabi of a manifest, each as one sentence.

    A chapter may have no `teaching` yet, and a syllabus may leave a whole chapter out. Faults are: a missing key, a
    session that does not last 90 minutes, a question with fewer than two views, a rubric without four levels, a
    system or an open task that no chapter has, a syllabus in which a system of its chapters stands twice or not at
    all, or whose weeks are not as many as its name says.
    """
    for chapter in course["chapters"]:
        if "teaching" in chapter:
            yield from _chapter_faults(chapter)
    for weeks, plan in (course.get("syllabus") or {}).items():
        yield from _plan_faults(course, int(weeks), plan["weeks"])


def _chapter_faults(chapter: dict[str, Any]) -> Iterator[str]:
    here = f"chapter {chapter['id']}"
    notes = chapter.get("teaching") or {}
    for key, fields in TEACHING.items():
        if not notes.get(key):
            yield f"{here}: teaching.{key} is missing"
            continue
        for entry in notes[key]:
            label = next(iter(entry.values())) if fields else entry
            yield from (
                f"{here}: {key}, {label}: {field} is missing" for field in fields if not entry.get(field)
            )
            if fields and entry.get("system") not in chapter["systems"]:
                yield f"{here}: {key}, {label}: there is no system {entry.get('system')!r}"
    minutes = sum(minutes for minutes, _ in notes.get("session") or [])
    if minutes != SESSION_MINUTES:
        yield f"{here}: the session lasts {minutes} minutes, not {SESSION_MINUTES}"
    for question in notes.get("discussion") or []:
        if len(question.get("views") or []) < 2:
            yield f"{here}: {question.get('question')!r} has fewer than two views"
    for task in notes.get("open_tasks") or []:
        if len(task.get("rubric") or []) != len(LEVELS):
            yield f"{here}: the rubric of {task.get('id')} does not have {len(LEVELS)} levels"


def _plan_faults(course: dict[str, Any], length: int, weeks: list[dict[str, Any]]) -> Iterator[str]:
    here = f"syllabus of {length} weeks"
    if len(weeks) != length:
        yield f"{here}: it has {len(weeks)} weeks"
    planned = [number for week in weeks for number in [*week["class"], *week.get("home", [])]]
    taught = [number for chapter in course["chapters"] for number in chapter["systems"]]
    used = [c["systems"] for c in course["chapters"] if set(c["systems"]) & set(planned)]
    yield from (
        f"{here}: {number} stands twice" for number in dict.fromkeys(planned) if planned.count(number) > 1
    )
    yield from (f"{here}: there is no system {number}" for number in planned if number not in taught)
    yield from (f"{here}: {n} is left out" for systems in used for n in systems if n not in planned)
    known = {task["id"] for chapter in course["chapters"] for task in _notes(chapter)["open_tasks"]}
    for week in weeks:
        if week.get("open_task") and week["open_task"] not in known:
            yield f"{here}: there is no open task {week['open_task']}"


def _notes(chapter: dict[str, Any]) -> dict[str, Any]:
    return {key: [] for key in TEACHING} | (chapter.get("teaching") or {})


class Pages:
    """Addresses of a course's pages and sections, seen from the page `here` (a name such as "book/syllabus")."""

    def __init__(self, course: dict[str, Any], here: str) -> None:
        self._up = "../" * here.count("/")
        self._chapter_of = {
            number: chapter for chapter in course["chapters"] for number in chapter["systems"]
        }

    def chapter(self, chapter: dict[str, Any]) -> str:
        """The chapter's page."""
        return f"{self._up}{Path(chapter['notebook']).with_suffix('.html').as_posix()}"

    def exercises(self, chapter: dict[str, Any]) -> str:
        """The page of its exercises."""
        return f"{self._up}{Path(chapter['exercises']).with_suffix('.html').as_posix()}"

    def slides(self, chapter: dict[str, Any]) -> str:
        """Its slides."""
        return f"{self._up}{deck(chapter).as_posix()}"

    def system(self, number: str) -> nodes.reference:
        """A link to the section on a system; its text is the number."""
        chapter = self._chapter_of[number]
        anchor = nodes.make_id(f"{number} {chapter['systems'][number]['section']}")
        return _link(number, f"{self.chapter(chapter)}#{anchor}")

    def systems(self, numbers: list[str], titles: bool = False) -> nodes.paragraph:
        """Links to several systems in one line, with the titles of their sections if asked."""
        line = nodes.paragraph()
        for place, number in enumerate(numbers):
            title = f" {self._chapter_of[number]['systems'][number]['section']}" if titles else ""
            line += [nodes.Text(" · " if place else ""), self.system(number), nodes.Text(title)]
        return line

    def task(self, task: dict[str, Any]) -> nodes.reference:
        """A link to an open task and its rubric."""
        return _link(f"{task['id']} {task['title']}", f"{self._up}{PAGES[0]}.html#{task_anchor(task['id'])}")


def task_anchor(identifier: str) -> str:
    """2.A → guide-task-2-a."""
    return f"guide-task-{nodes.make_id(f't{identifier}')[1:]}"


def _link(text: str, address: str) -> nodes.reference:
    return nodes.reference("", text, refuri=address)


def _section(name: str, title: str) -> nodes.section:
    section = nodes.section(ids=[name], names=[name])
    section += nodes.title("", title)
    return section


def _listing(items: list[str]) -> nodes.bullet_list:
    return nodes.bullet_list("", *(nodes.list_item("", nodes.paragraph("", item)) for item in items))


def chapter_section(chapter: dict[str, Any], pages: Pages, slides: bool = True) -> nodes.section:
    """Everything a teacher needs for one chapter; `slides`: whether there are any to link to."""
    notes, slug = _notes(chapter), chapter["slug"]
    section = _section(f"guide-{slug}", f"Chapter {int(chapter['id'])}: {chapter['title']}")
    links = nodes.paragraph(classes=["bl-guide-links"])
    tasks = sum(len(system["tasks"]) for system in chapter["systems"].values())
    links += [
        _link("Chapter", pages.chapter(chapter)),
        nodes.Text(f", {chapter['minutes']} minutes to read and play · "),
        _link("Exercises", pages.exercises(chapter)),
        nodes.Text(f", {tasks} tasks"),
    ]
    if slides:
        links += [nodes.Text(" · "), _link("Slides", pages.slides(chapter))]
    section += links
    for key, title in (
        ("objectives", "What students will be able to do"),
        ("prerequisites", "What they need first"),
    ):
        part = _section(f"guide-{slug}-{key}", title)
        part += _listing(chapter[key])
        section += part
    if "teaching" in chapter:
        section += _session(slug, notes["session"])
        section += _misconceptions(slug, notes["misconceptions"], pages)
        section += _discussion(slug, notes["discussion"], pages)
        section += _open_tasks(slug, notes["open_tasks"], pages)
    return section


def _session(slug: str, steps: list[tuple[int, str]]) -> nodes.section:
    part = _section(f"guide-{slug}-session", f"A session of {SESSION_MINUTES} minutes")
    rows: list[list[Cell]] = [[str(minutes), what] for minutes, what in steps]
    part += table(["Minutes", "What happens"], rows, (12, 88))
    return part


def _misconceptions(slug: str, entries: list[dict[str, Any]], pages: Pages) -> nodes.section:
    part = _section(f"guide-{slug}-misconceptions", "What students often think")
    listing = nodes.definition_list(classes=["bl-guide-mistakes"])
    for entry in entries:
        term = nodes.term("", f"{entry['name']} ")
        term += nodes.inline("", "", nodes.Text("("), pages.system(entry["system"]), nodes.Text(")"))
        body = nodes.definition("", nodes.paragraph("", "", nodes.emphasis("", f"“{entry['says']}”")))
        body += nodes.paragraph("", entry["answer"])
        listing += nodes.definition_list_item("", term, body)
    part += listing
    return part


def _discussion(slug: str, entries: list[dict[str, Any]], pages: Pages) -> nodes.section:
    part = _section(f"guide-{slug}-discussion", "Questions for a debate")
    for number, entry in enumerate(entries, start=1):
        question = _section(f"guide-{slug}-question-{number}", entry["question"])
        views = nodes.definition_list(classes=["bl-guide-views"])
        for view in entry["views"]:
            body = nodes.definition("", nodes.paragraph("", view["says"]))
            views += nodes.definition_list_item("", nodes.term("", view["who"]), body)
        question += views
        record = nodes.paragraph(
            "", "", nodes.strong("", "The record. "), nodes.Text(f"{entry['record']} See ")
        )
        record += [pages.system(entry["system"]), nodes.Text(".")]
        question += record
        part += question
    return part


def _open_tasks(slug: str, entries: list[dict[str, Any]], pages: Pages) -> nodes.section:
    part = _section(f"guide-{slug}-open-tasks", "Open tasks and how to mark them")
    for entry in entries:
        task = _section(task_anchor(entry["id"]), f"{entry['id']} {entry['title']}")
        facts = nodes.paragraph("", f"About {entry['minutes']} minutes, after ", classes=["bl-guide-facts"])
        facts += [pages.system(entry["system"]), nodes.Text(".")]
        task += [facts, nodes.paragraph("", entry["task"])]
        rows: list[list[Cell]] = [list(pair) for pair in zip(LEVELS, entry["rubric"], strict=True)]
        task += table(["Marks", "The work"], rows, (14, 86))
        part += task
    return part


def table(head: list[str], rows: list[list[Cell]], widths: tuple[int, ...]) -> nodes.table:
    """A table with a line of heads; a cell is a text or the nodes that fill it. `widths` are shares of 100."""
    made = nodes.table(classes=["bl-guide-table", "colwidths-given"])
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths), cols=len(widths))
    made += group
    group += nodes.thead("", _row([*head]))
    group += nodes.tbody("", *(_row(row) for row in rows))
    return made


def _row(cells: list[Cell]) -> nodes.row:
    filled = ([nodes.paragraph("", cell)] if isinstance(cell, str) else cell for cell in cells)
    return nodes.row("", *(nodes.entry("", *content) for content in filled))


def plan_nodes(course: dict[str, Any], length: int, pages: Pages) -> list[nodes.Node]:
    """A syllabus: for whom it is, and a table with one row per week.

    Raises:
        KeyError: there is no syllabus of that many weeks.
    """
    plan = course["syllabus"][length]
    tasks = {task["id"]: task for chapter in course["chapters"] for task in _notes(chapter)["open_tasks"]}
    rows: list[list[Cell]] = []
    for number, week in enumerate(plan["weeks"], start=1):
        title = nodes.paragraph("", "", nodes.strong("", week["title"]))
        home = pages.systems(week["home"]) if week.get("home") else nodes.paragraph("", "nothing new")
        handed = nodes.paragraph("", "the exercises of these systems")
        if week.get("open_task"):
            handed = nodes.paragraph("", "", pages.task(tasks[week["open_task"]]))
        rows.append([str(number), [title, pages.systems(week["class"], titles=True)], [home], [handed]])
    head = ["Week", "In class", "Read and play at home", "Hand in"]
    return [nodes.paragraph("", plan["for"]), table(head, rows, (11, 45, 21, 23))]


class Guide(SphinxDirective):
    """`{guide}`: what a teacher needs, chapter by chapter."""

    def run(self) -> list[nodes.Node]:
        """One section per chapter."""
        course = read(self)
        pages = Pages(course, self.env.docname)
        root = Path(self.env.srcdir)
        for chapter in course["chapters"]:
            self.env.note_dependency(chapter["notebook"])
        return [chapter_section(c, pages, has_deck(root, c)) for c in course["chapters"]]


class Syllabus(SphinxDirective):
    """`{syllabus} 6`: the plan of that many weeks."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The plan's words and its table."""
        course = read(self)
        try:
            return plan_nodes(course, int(self.arguments[0]), Pages(course, self.env.docname))
        except (KeyError, ValueError):
            known = ", ".join(str(length) for length in course.get("syllabus") or {})
            raise self.error(
                f"{MANIFEST} has no syllabus of {self.arguments[0]} weeks, only of: {known}"
            ) from None


def read(directive: SphinxDirective) -> dict[str, Any]:
    """The manifest; the page depends on it, and a fault in it stops the page.

    Raises:
        docutils.parsers.rst.DirectiveError: the manifest has faults; they are listed.
    """
    directive.env.note_dependency(MANIFEST)
    course = manifest(Path(directive.env.srcdir))
    if found := list(faults(course)):
        raise directive.error(f"{MANIFEST}: " + "; ".join(found))
    return course


def add_style(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the guide's style sheet on its pages only."""
    if pagename in PAGES:
        app.add_css_file(f"{ASSETS}/guide.css")


def setup(app: Sphinx) -> None:
    """Register the directives and their style sheet."""
    app.add_directive("guide", Guide)
    app.add_directive("syllabus", Syllabus)
    app.connect("html-page-context", add_style)
