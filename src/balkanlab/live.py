"""The live explorer: the page's own script in a Jupyter widget, with the kernel behind it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets
import traitlets

from balkanlab import twin
from balkanlab.paths import static_file

if TYPE_CHECKING:
    from balkanlab.explorer import Explorer


COMPILER = "vegalite.js"
"""Vega-Lite as a script; only the browser edition carries it, where vl-convert cannot be installed."""


class VegaSource(ipywidgets.Widget):  # type: ignore[misc]
    """Vega as text, sent once per kernel and shared by all explorers of a notebook; `compiler` likewise Vega-Lite."""

    source = traitlets.Unicode().tag(sync=True)
    compiler = traitlets.Unicode().tag(sync=True)


@lru_cache(maxsize=1)
def _vega() -> VegaSource:
    compiler = static_file(COMPILER)
    return VegaSource(
        source=static_file("vega.min.js").read_text(encoding="utf-8"),
        compiler=compiler.read_text(encoding="utf-8") if compiler.is_file() else "",
    )


def _chart(spec: dict[str, Any]) -> dict[str, Any]:
    """The chart for the page: as Vega, or as Vega-Lite where the page has to compile it.

    Raises:
        ImportError: neither can be done here.
    """
    try:
        return {"vega": twin.compile_vega(spec)}
    except ImportError:
        if not static_file(COMPILER).is_file():
            raise
        return {"vegalite": twin.bare(spec)}


class ExplorerWidget(anywidget.AnyWidget):
    """Sends a setting's rows for each request; the browser keeps one request under way and drops the rest.

    Traits:
        request: `{"turn": int, "values": {control: value}}`, from the browser.
        reply: `{"turn": int, "values": …, "rows": [...], "text": str}`, to the browser.
        value: the setting shown, readable and writable from Python.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    vega = traitlets.Instance(ipywidgets.Widget).tag(sync=True, **ipywidgets.widget_serialization)
    payload = traitlets.Dict().tag(sync=True)
    request = traitlets.Dict().tag(sync=True)
    reply = traitlets.Dict().tag(sync=True)
    value = traitlets.Dict()

    def __init__(self, explorer: Explorer) -> None:
        start = explorer._index({})
        spec = twin.single(explorer, start)
        super().__init__(
            _esm=static_file("explorer.js").read_text(encoding="utf-8")
            + "\nexport default { render: globalThis.balkanlab.renderLive };\n",
            _css=static_file("explorer.css").read_text(encoding="utf-8"),
            vega=_vega(),
            payload={**_chart(spec), "meta": spec["usermeta"]["balkanlab"]},
            value=explorer.start(),
        )
        self._explorer = explorer
        self.observe(self._answer, "request")
        self.observe(self._show, "value")

    def view(self) -> dict[str, Any]:
        """The widget's entry in an output's mimebundle."""
        data: Any = self._repr_mimebundle_()
        bundle: dict[str, Any] = data[0] if isinstance(data, tuple) else data
        view: dict[str, Any] = bundle["application/vnd.jupyter.widget-view+json"]
        return view

    def _answer(self, change: dict[str, Any]) -> None:
        self._turn = change["new"].get("turn", 0)
        self.value = {**self._explorer.start(), **change["new"].get("values", {})}
        self._reply()

    def _show(self, change: dict[str, Any]) -> None:
        self._explorer._index(change["new"])
        if self.reply.get("values") != change["new"]:
            self._reply()

    def _reply(self) -> None:
        index = self._explorer._index(self.value)
        self.reply = {
            "turn": getattr(self, "_turn", 0),
            "values": self.value,
            "rows": twin.rows(self._explorer, index),
            "text": self._explorer._texts[index],
        }
