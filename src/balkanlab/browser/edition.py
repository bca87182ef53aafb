"""Puts the browser edition together: JupyterLite, Python, the course's wheel and its notebooks, in one folder."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from balkanlab import __version__
from balkanlab.browser.bytecode import compile_all
from balkanlab.browser.lock import KERNEL, Lock, LockError, pyodide_lock
from balkanlab.browser.sources import SourceError, cache_folder, gather
from balkanlab.browser.wheels import write_zip
from balkanlab.paths import course_files

FOLDER = "run"
"""Where the edition is, as seen from the book's first folder."""
SWITCH = "BALKANLAB_RUN"
"""Set to 1 for the builder of the pages when the edition lies beside them."""
APPS = ("notebooks", "tree")
OPENED = (".ipynb", ".csv", ".geojson", ".md")
"""Files of the course that a reader opens."""
READ = (".csv", ".geojson", ".json", ".yml")
"""Files that the library reads; it has copies of its own, so that a change in the browser breaks no check."""
ESTIMATES = "browser/estimates.json"
NOT_IN_BROWSER = ("publish", "commands", "browser/extension")
LAB_EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
KERNEL_WHEELS = ("piplite", "pyodide_kernel", "ipykernel", "widgetsnbextension-4")
KERNEL_PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel"
STATUS_PLUGIN = "balkanlab-run:status"
_LATE = re.compile(r"^ +(?:from|import) (scipy|nashpy)\b", re.MULTILINE)
NEEDS = ("altair", "anywidget", "ipywidgets", "numpy", "pandas", "pyyaml")
PACKAGE = Path(__file__).resolve().parent.parent


class Unavailable(RuntimeError):
    """The edition cannot be had here and now; says why and what to do."""


def page(notebook: str) -> str:
    """The address of a notebook such as `notebooks/02_cefta.ipynb`, as seen from the book's first folder."""
    return f"{FOLDER}/notebooks/index.html?path={notebook}"


def make(root: Path, work: Path, out: Path) -> Path:
    """Get what the edition needs and build it; nothing is done where nothing changed.

    Args:
        root: the checkout.
        work: a folder that keeps the pieces between builds.
        out: the folder that gets the edition.

    Returns:
        `out`.

    Raises:
        Unavailable: no source has the files, the lock is damaged, JupyterLite failed, or it is switched off
            (`BALKANLAB_BROWSER=off`).
    """
    if os.environ.get("BALKANLAB_BROWSER") == "off":
        raise Unavailable("BALKANLAB_BROWSER is off")
    try:
        lock = Lock.read(root)
        files = gather(lock, cache_folder() / "pyodide")
    except OSError as error:
        raise Unavailable(f"{error}. Set BALKANLAB_CACHE to a folder that can be written.") from error
    except (LockError, SourceError) as error:
        raise Unavailable(f"{error}. With a connection, the next build adds it.") from error
    lacking = sorted(set(lock.files("pyodide")) - set(files))
    if lacking:
        raise Unavailable(f"no source has {', '.join(lacking)}. With a connection, the next build adds it.")
    try:
        return build(root, lock, compile_all(lock, files, cache_folder() / "compiled"), work, out)
    except OSError as error:
        raise Unavailable(f"{error}. Free space, or set BALKANLAB_CACHE to another folder.") from error


def build(root: Path, lock: Lock, files: Mapping[str, Path], work: Path, out: Path) -> Path:
    """Build the edition, or renew what changed since the last time.

    Args:
        root: the checkout.
        lock: what Python in the browser is made of.
        files: name → path of the fetched files, from `sources.gather`.
        work: a folder that keeps the pieces between builds.
        out: the folder that gets the edition; made if need be.

    Returns:
        `out`.

    Raises:
        Unavailable: JupyterLite is missing or failed.
    """
    contents = {name: root / name for name in course_files(root) if name.endswith(OPENED) and "/" in name}
    notebooks = _notebooks(contents)
    _mirror(
        {n: path for n, path in contents.items() if n not in notebooks},
        work / "contents",
        keep=tuple(notebooks),
    )
    for name, notebook in notebooks.items():
        _write(work / "contents" / name, notebook)
    _write(work / "jupyter-lite.json", _page_config(_late_packages(notebooks)))
    _write(work / "jupyter_lite_config.json", _build_config(out, files[lock.kernel["file_name"]]))
    environment = os.environ | {"JUPYTERLITE_DIR": str(work), "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(
        [sys.executable, "-m", "jupyterlite_core", "build"],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        cwd=work,
        env=environment,
        check=False,
    )
    if run.returncode:
        said = (run.stderr.strip() or run.stdout.strip())[-3000:]
        raise Unavailable(f"the browser edition was not built (exit code {run.returncode}):\n{said}")
    _pyodide(root, lock, files, work, out / "static" / "pyodide")
    return out


def _pyodide(root: Path, lock: Lock, files: Mapping[str, Path], work: Path, folder: Path) -> None:
    """Fill `folder` with Python, the wheels and the list that Pyodide reads."""
    wanted = {name: path for name, path in files.items() if name != lock.kernel["file_name"]}
    packages = [
        # Pyodide holds each wheel against this: the compiled one differs from the one that was fetched.
        package | {"sha256": _digest(files[package["file_name"]])}
        for package in lock.packages.values()
        if package["file_name"] in files
    ]
    for wheel in _kernel_wheels(files[lock.kernel["file_name"]], work / "kernel"):
        wanted[wheel.name] = wheel
        packages.append(_kernel_package(wheel))
    made = work / "wheels" / f"balkanlab-{__version__}-py3-none-any.whl"
    made.parent.mkdir(parents=True, exist_ok=True)
    digest = write_zip(made, _library(root, work))
    wanted[made.name] = made
    packages.append(
        _package("balkanlab", __version__, made.name, digest, ["balkanlab", "pyfixest"], list(NEEDS))
    )
    _mirror(wanted, folder, keep=("pyodide-lock.json",))
    _write(folder / "pyodide-lock.json", pyodide_lock(lock.info, packages))


def _library(root: Path, work: Path) -> Iterator[tuple[str, bytes]]:
    """The course's library and what it reads, as files of a wheel."""
    for path in sorted(PACKAGE.rglob("*")):
        inside = path.relative_to(PACKAGE).as_posix()
        wanted = path.suffix == ".py" or inside.startswith("static/")
        if wanted and path.is_file() and not inside.startswith(NOT_IN_BROWSER):
            yield f"balkanlab/{inside}", path.read_bytes()
    yield "balkanlab/static/vegalite.js", _vegalite(work)
    yield "pyfixest/__init__.py", (PACKAGE / "browser" / "estimates.py").read_bytes()
    yield "pyfixest/estimates.json", (root / ESTIMATES).read_bytes()
    for name in course_files(root):
        if name.endswith(READ):
            yield f"balkanlab/_course/{name}", (root / name).read_bytes()
    yield (
        f"balkanlab-{__version__}.dist-info/METADATA",
        f"Metadata-Version: 2.1\nName: balkanlab\nVersion: {__version__}\n".encode(),
    )


def _vegalite(work: Path) -> bytes:
    """Vega-Lite as one script, kept between builds: in the browser it takes the place of vl-convert."""
    import vl_convert

    from balkanlab.twin import VEGALITE_VERSION

    kept = work / f"vegalite-{VEGALITE_VERSION}-{version('vl-convert-python')}.js"
    if not kept.is_file():
        snippet = "globalThis.balkanlabEmbed = vegaEmbed;"
        kept.write_text(vl_convert.javascript_bundle(snippet, vl_version=VEGALITE_VERSION), encoding="utf-8")
    return kept.read_bytes()


def _kernel_wheels(kernel: Path, folder: Path) -> list[Path]:
    """The small wheels inside the kernel's own."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    with zipfile.ZipFile(kernel) as archive:
        for entry in archive.namelist():
            name = entry.rsplit("/", 1)[-1]
            if "/static/pypi/" in entry and name.startswith(KERNEL_WHEELS):
                (folder / name).write_bytes(archive.read(entry))
                found.append(folder / name)
    return found


def _kernel_package(wheel: Path) -> dict[str, Any]:
    """The entry of one of the small wheels that come with JupyterLite's kernel."""
    name, version = wheel.name.split("-")[:2]
    with zipfile.ZipFile(wheel) as archive:
        tops = {
            entry.split("/")[0].removesuffix(".py") for entry in archive.namelist() if entry.endswith(".py")
        }
    needs = {"piplite": ["micropip"], "pyodide_kernel": ["comm", "ipython"]}.get(name, [])
    return _package(name, version, wheel.name, _digest(wheel), sorted(tops), needs)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _package(
    name: str, version: str, file_name: str, digest: str, imports: list[str], depends: list[str]
) -> dict[str, Any]:
    return {
        "name": name,
        "version": version,
        "file_name": file_name,
        "sha256": digest,
        "imports": imports,
        "depends": depends,
    }


def _lab_extension(name: str) -> Path:
    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("labextensions"):
        if (Path(folder) / name / "package.json").is_file():
            return Path(folder) / name
    raise Unavailable(f"the JupyterLab extension {name} is not installed; `make book` installs it")


def _notebooks(contents: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """The notebooks with each text in one piece, as JupyterLite wants them: a file holds lists of lines."""
    found = {}
    for name, path in contents.items():
        if name.endswith(".ipynb"):
            found[name] = notebook = json.loads(path.read_text(encoding="utf-8"))
            for cell in notebook["cells"]:
                cell["source"] = "".join(cell["source"])
                for output in cell.get("outputs", []):
                    if "text" in output:
                        output["text"] = "".join(output["text"])
                    for kind, data in output.get("data", {}).items():
                        if not kind.endswith("json"):
                            output["data"][kind] = "".join(data)
    return found


def _late_packages(notebooks: Mapping[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Notebook → packages that a model of ours imports when it is called, so that no cell's text shows them.

    The page fetches these when the notebook is opened; the others come when a cell imports them.
    """
    found = {}
    for name, notebook in notebooks.items():
        cells = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
        models = {model for cell in cells for model in _models(cell)}
        paths = [PACKAGE / "models" / f"{model}.py" for model in models]
        late = {
            package for path in paths if path.is_file() for package in _LATE.findall(path.read_text("utf-8"))
        }
        if late:
            found[name] = sorted(late)
    return found


def _models(code: str) -> Iterator[str]:
    """The modules of `balkanlab.models` that a cell imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module:
            package, _, module = node.module.partition("balkanlab.models")
            if not package and module:
                yield module.removeprefix(".")
            elif not package:
                yield from (alias.name for alias in node.names)


def _page_config(late: dict[str, list[str]]) -> dict[str, Any]:
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": list(KERNEL)},
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "balkanlab",
            "appUrl": "./tree",
            "faviconUrl": "./icon-120x120.png",  # the one that is named otherwise belongs to an app that is left out
            "litePluginSettings": {KERNEL_PLUGIN: kernel, STATUS_PLUGIN: {"packages": late}},
        },
    }


def _build_config(out: Path, kernel: Path) -> dict[str, Any]:
    extensions = [*map(_lab_extension, LAB_EXTENSIONS), PACKAGE / "browser" / "extension", kernel]
    return {
        "LiteBuildConfig": {
            "apps": list(APPS),
            "contents": ["contents"],
            "output_dir": str(out),
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "ignore_sys_prefix": ["federated_extensions"],
            "federated_extensions": [str(extension) for extension in extensions],
        }
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=1)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _mirror(wanted: Mapping[str, Path], folder: Path, keep: tuple[str, ...] = ()) -> None:
    """Make `folder` hold exactly these files, copying only those that differ."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in wanted and name not in keep:
            path.unlink()
    for name, source in wanted.items():
        target = folder / name
        if not _same(source, target):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def _same(source: Path, target: Path) -> bool:
    """Whether a copy made here is still one: same size, same time."""
    if not target.is_file():
        return False
    old, new = source.stat(), target.stat()
    return (old.st_size, old.st_mtime_ns) == (new.st_size, new.st_mtime_ns)
