"""The twin of an explorer: a Vega-Lite chart that holds the model's results for every setting.

The rows of all settings lie in one table. A key numbers the settings; the chart keeps the rows whose key
follows from the controls, so that moving a control is a filter and needs no kernel.
"""

from __future__ import annotations

import base64
import copy
import csv
import gzip
import io
import json
import re
from typing import TYPE_CHECKING, Any

from balkanlab import charts

if TYPE_CHECKING:
    import pandas as pd

    from balkanlab.explorer import Explorer

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
VEGALITE_VERSION = "5.21"
TABLE = "frame"
KEY, ORDER = "_k", "_i"
"""The columns added to the frame's own: the number of the setting, and of the row in it."""
WIDTH = 620
"""Where nothing measures the page; the page script fits the chart to its column."""
_AUTOMATIC = re.compile(r"^(view|param|concat)_[0-9a-f]+$")


def build(explorer: Explorer) -> dict[str, Any]:
    """The specification with every setting's rows."""
    return _assemble(explorer, range(len(explorer._frames)), bound=True)


def single(explorer: Explorer, index: int) -> dict[str, Any]:
    """The specification with the rows of one setting, for the live version and for pictures."""
    return _assemble(explorer, [index], bound=False)


def picture(explorer: Explorer) -> str:
    """The chart at its start as a PNG, base64, for places that draw no Vega-Lite.

    Raises:
        ImportError: vl-convert or Pillow is missing.
    """
    import vl_convert
    from PIL import Image

    spec = single(explorer, explorer._index({}))
    png = vl_convert.vegalite_to_png(spec, vl_version=VEGALITE_VERSION, scale=1.5)
    small = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(64).save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def compile_vega(spec: dict[str, Any]) -> dict[str, Any]:
    """Vega-Lite to Vega, for places that need the smaller of the two libraries only and write the title themselves.

    Raises:
        ImportError: vl-convert is missing.
    """
    import vl_convert

    compiled: dict[str, Any] = vl_convert.vegalite_to_vega(bare(spec), vl_version=VEGALITE_VERSION)
    return compiled


def bare(spec: dict[str, Any]) -> dict[str, Any]:
    """A specification without its title and without what is ours in it."""
    return {key: value for key, value in spec.items() if key not in {"usermeta", "title"}}


def weight_kb(spec: dict[str, Any]) -> float:
    """What a specification weighs on the wire, in kB after gzip."""
    text = json.dumps(spec, separators=(",", ":"), ensure_ascii=False)
    return len(gzip.compress(text.encode(), 9, mtime=0)) / 1000


def rows(explorer: Explorer, index: int) -> list[dict[str, Any]]:
    """The rows of one setting, keyed as the chart wants them."""
    frame = explorer._frames[index]
    records = frame.to_dict("records")
    return [{KEY: index, ORDER: i, **{str(k): v for k, v in row.items()}} for i, row in enumerate(records)]


def chart_spec(explorer: Explorer, frame: pd.DataFrame) -> dict[str, Any]:
    """The chart's own specification without the frame's rows; the frame goes by the name of `TABLE` in it."""
    import altair as alt

    with alt.data_transformers.enable("default", consolidate_datasets=True, max_rows=None):
        name = alt.Chart(frame).mark_point().to_dict(validate=False)["data"]["name"]
        drawn = explorer._chart(frame).to_dict()
    datasets = drawn.get("datasets", {})
    if name not in datasets:
        raise explorer._error("the chart does not draw the frame it was given")
    del datasets[name]
    text = json.dumps(drawn).replace(f'"{name}"', f'"{TABLE}"')
    spec: dict[str, Any] = json.loads(text)
    for extra in list(datasets):
        _inline(spec, extra, datasets[extra])
    spec.pop("datasets", None)
    _refuse_automatic_names(explorer, spec)
    _keep_order(spec)
    return spec


def key_expression(explorer: Explorer) -> str:
    """The number of a setting as a Vega expression of the controls' parameters."""
    expression = "0"
    for name, control in explorer.controls.items():
        expression = f"({expression}) * {len(control.values)} + {control.index_expr(parameter(name))}"
    return expression


def parameter(control: str) -> str:
    """The Vega parameter of a control; the prefix keeps clear of Vega's own names such as `width`."""
    return f"c_{control}"


def _assemble(explorer: Explorer, indices: Any, *, bound: bool) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(explorer._spec)
    _fill(spec, explorer, _csv(explorer, indices))
    parameters: list[dict[str, Any]] = []
    for name, control in explorer.controls.items():
        entry: dict[str, Any] = {"name": parameter(name), "value": control.start}
        if bound:
            entry["bind"] = {**control.bind(), "name": f"{control.label or name} "}
        parameters.append(entry)
    if explorer.controls:
        parameters.append({"name": "setting", "expr": key_expression(explorer)})
    page = {**charts.LIGHT, "narrow": False}
    parameters += [{"name": name, "value": value} for name, value in page.items()]
    if "spec" not in spec and not any(word in spec for word in ("hconcat", "vconcat", "concat", "facet")):
        spec.setdefault("width", WIDTH)
        spec.setdefault("height", 280)
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    spec.update(
        {
            "$schema": SCHEMA,
            "background": "white",
            "title": explorer.title,
            "description": explorer.text(),
            "params": [*parameters, *spec.get("params", [])],
            "config": charts.config(),
            "usermeta": {
                "embedOptions": {"actions": {"source": False, "compiled": False, "editor": False}},
                "balkanlab": meta(explorer, indices),
            },
        }
    )
    return spec


def meta(explorer: Explorer, indices: Any) -> dict[str, Any]:
    """What the page needs besides the chart: labels, controls, and what to say at each setting."""
    texts = list(dict.fromkeys(explorer._texts[i] for i in indices))
    place = {text: number for number, text in enumerate(texts)}
    return {
        "name": explorer.name,
        "title": explorer.title,
        "note": explorer.note,
        "start": explorer._index({}),
        "columns": [{"name": name, "type": kind} for name, kind in _types(explorer).items()],
        "controls": [
            {"name": name, "label": control.label or name, "value": control.start, **control.meta()}
            for name, control in explorer.controls.items()
        ],
        "texts": texts,
        "text_at": [place[explorer._texts[i]] for i in indices] if len(texts) > 1 else [],
    }


def _types(explorer: Explorer) -> dict[str, str]:
    kinds = {name: dtype.kind for name, dtype in explorer._frames[0].dtypes.items()}
    return {
        str(name): {"b": "boolean", "i": "number", "f": "number"}.get(kind, "string")
        for name, kind in kinds.items()
    }


def _csv(explorer: Explorer, indices: Any) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([KEY, ORDER, *explorer._frames[0].columns])
    for index in indices:
        for i, values in enumerate(explorer._frames[index].itertuples(index=False, name=None)):
            writer.writerow([index, i, *(_text(value) for value in values)])
    return out.getvalue()


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.12g}" if isinstance(value, float) else value


def _fill(spec: dict[str, Any], explorer: Explorer, text: str) -> None:
    """Put the rows where the frame is first used, and the filter wherever it is used."""
    parse = {KEY: "number", ORDER: "number", **_types(explorer)}
    full = {"name": TABLE, "values": text, "format": {"type": "csv", "parse": parse}}
    step = {"filter": f"datum.{KEY} == setting"}

    def visit(node: Any, filled: bool) -> bool:
        if isinstance(node, list):
            for item in node:
                filled = visit(item, filled)
            return filled
        if not isinstance(node, dict):
            return filled
        if node.get("data") == {"name": TABLE}:
            if "key" in node and "fields" in node:
                raise explorer._error(
                    "the frame is looked up from another table; make it the chart's own data"
                )
            if not filled:
                node["data"] = full
            if explorer.controls:
                node["transform"] = [step, *node.get("transform", [])]
            filled = True
        for key, item in node.items():
            if key != "data":
                filled = visit(item, filled)
        return filled

    visit(spec, False)


def _inline(node: Any, name: str, values: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _inline(item, name, values)
    elif isinstance(node, dict):
        if node.get("data") == {"name": name}:
            node["data"] = {"values": copy.deepcopy(values)}
        for item in node.values():
            _inline(item, name, values)


def _keep_order(node: Any) -> None:
    """Words stand in the frame's order at every setting; left alone, Vega keeps the order of first appearance."""
    if isinstance(node, list):
        for item in node:
            _keep_order(item)
    elif isinstance(node, dict):
        if "field" in node and "sort" in node and node["sort"] is None:
            node["sort"] = {"field": ORDER, "op": "min"}
        for item in node.values():
            _keep_order(item)


def _refuse_automatic_names(explorer: Explorer, node: Any) -> None:
    """Names from Altair's global counter would change the stored output from run to run."""
    if isinstance(node, list):
        for item in node:
            _refuse_automatic_names(explorer, item)
    elif isinstance(node, dict):
        if isinstance(name := node.get("name"), str) and _AUTOMATIC.match(name):
            raise explorer._error(f"the chart has the automatic name {name!r}; name the parameter or view")
        for item in node.values():
            _refuse_automatic_names(explorer, item)
