"""Renews browser/lock.json: the files of the browser edition, with where each comes from and its sha256.

    python browser/renew.py

For maintainers. Resolves nothing by itself: the lists below name every wheel, pip picks the newest that fits, and
the names of what each needs are read from its metadata. Change a version here, run it, run the browser tests.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from balkanlab.browser.lock import CORE, PATH
from balkanlab.browser.sources import COMPILED_WHEELS, PURE_WHEELS, pip_download
from balkanlab.browser.wheels import without_binaries

PYODIDE = "314.0.3"
CARRIER = "open-webui==0.12.4"
KERNEL = "jupyterlite-pyodide-kernel==0.8.6"
CARRIER_FOLDER = "open_webui/frontend/pyodide/"
COMPILED = ("numpy", "pandas", "scipy")
PURE = (
    # the kernel
    *("ipython", "traitlets", "comm", "parso", "decorator", "matplotlib-inline", "stack-data", "executing"),
    *(
        "asttokens",
        "pure-eval",
        "pygments",
        "ipython-pygments-lexers",
        "prompt_toolkit",
        "wcwidth",
        "micropip",
    ),
    "jedi<0.20",  # 0.20 is three times as large
    # the course
    *(
        "altair>=6,<7",
        "anywidget",
        "attrs",
        "deprecated",
        "ipywidgets>=8.1,<9",
        "jinja2",
        "narwhals",
        "nashpy",
    ),
    *(
        "networkx",
        "packaging",
        "psygnal",
        "pyrsistent",
        "python-dateutil==2.9.0.post0",
        "pytz",
        "six",
        "typing_extensions",
    ),
    # From 4.18 on it needs a compiled package that the carrier lacks; the ones before search the whole schema of
    # Vega-Lite at each reference, which takes a third of a chapter's time.
    "jsonschema==3.2.0",
)
REPACKED = ("markupsafe", "pyyaml", "wrapt")  # work without the compiled part that speeds them up
# Needed for JupyterLab in the classic way only; here the page brings its own.
NOT_NEEDED = {"widgetsnbextension", "jupyterlab-widgets", "pexpect", "colorama", "psutil", "setuptools"}
MARKERS = {
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "python_version": "3.14",
    "python_full_version": "3.14.0",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "extra": "",
}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def entry(wheel: Path) -> dict[str, Any]:
    """What Pyodide wants to know of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(n for n in names if n.endswith(".dist-info/METADATA"))).decode()
    head = metadata.split("\n\n")[0]
    needs = map(Requirement, re.findall(r"^Requires-Dist: (.*)$", head, re.M))
    depends = {canonicalize_name(r.name) for r in needs if r.marker is None or r.marker.evaluate(MARKERS)}
    tops = {name.split("/")[0] for name in names if name.endswith(".py")}
    return {
        "name": re.search(r"^Name: (.*)$", head, re.M)[1].strip(),  # type: ignore[index]
        "version": re.search(r"^Version: (.*)$", head, re.M)[1].strip(),  # type: ignore[index]
        "file_name": wheel.name,
        "sha256": digest(wheel.read_bytes()),
        "imports": sorted(t.removesuffix(".py") for t in tops if not t.endswith((".dist-info", ".data"))),
        "depends": sorted(depends - NOT_NEEDED),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        pip_download([CARRIER], folder, "--python-version", "3.12")
        carrier = next(folder.glob("open_webui-*.whl"))
        carried = {"requirement": CARRIER, "sha256": digest(carrier.read_bytes()), "folder": CARRIER_FOLDER}
        with zipfile.ZipFile(carrier) as archive:
            official = json.loads(archive.read(f"{CARRIER_FOLDER}pyodide-lock.json"))
            core = {name: digest(archive.read(CARRIER_FOLDER + name)) for name in CORE}
        pip_download([KERNEL], folder / "kernel", *PURE_WHEELS)
        wheel = next((folder / "kernel").glob("*.whl"))
        kernel = {"requirement": KERNEL, "file_name": wheel.name, "sha256": digest(wheel.read_bytes())}
        packages: dict[str, Any] = {}
        for name in COMPILED:
            known = official["packages"][name]
            kept = ("name", "version", "file_name", "sha256", "imports", "depends")
            packages[name] = {"source": "pyodide", **{key: known[key] for key in kept}}
        pure, compiled = folder / "pure", folder / "compiled"
        pip_download(PURE, pure, *PURE_WHEELS)
        for wheel in sorted(pure.glob("*.whl")):
            found = entry(wheel)
            packages[canonicalize_name(found["name"])] = {"source": "pypi", **found}
        pip_download(REPACKED, compiled, *COMPILED_WHEELS)
        for wheel in sorted(compiled.glob("*.whl")):
            found = entry(without_binaries(wheel, folder))
            origin = {"file_name": wheel.name, "sha256": digest(wheel.read_bytes())}
            packages[canonicalize_name(found["name"])] = {"source": "repacked", "origin": origin, **found}
    for name, found in packages.items():
        if missing := set(found["depends"]) - set(packages):
            sys.exit(f"{name} needs {sorted(missing)}, which is in no list above")
    content = {
        "pyodide": PYODIDE,
        "carrier": carried,
        "kernel": kernel,
        "info": official["info"],
        "core": core,
        "packages": dict(sorted(packages.items())),
    }
    target = Path(__file__).resolve().parent.parent / PATH
    target.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
