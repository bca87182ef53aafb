"""`browser/lock.json`: every file that Python in the browser is made of, with its origin and sha256.

`browser/renew.py` writes it. The file that Pyodide itself reads, `pyodide-lock.json`, is made from it here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATH = "browser/lock.json"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
KERNEL = ("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython")
"""What JupyterLite's kernel wants before it starts; loaded at once instead of one after the other."""


class LockError(RuntimeError):
    """The lock is missing or does not read as one."""


@dataclass(frozen=True)
class Lock:
    """The lock as it stands in the file.

    Attributes:
        pyodide: the version of Pyodide.
        carrier: the package on PyPI that carries Pyodide's files: requirement, sha256, folder inside.
        kernel: JupyterLite's kernel for Pyodide, a wheel on PyPI: requirement, file_name, sha256. It is not installed,
            for JupyterLab would load its part of the page too.
        info: what Pyodide says of itself (Python version, platform).
        core: file name → sha256 of Pyodide's own files.
        packages: normalised name → source ("pyodide", "pypi" or "repacked"), name, version, file_name, sha256,
            imports, depends; a repacked wheel also has an origin (file_name, sha256).
    """

    pyodide: str
    carrier: dict[str, str]
    kernel: dict[str, str]
    info: dict[str, str]
    core: dict[str, str]
    packages: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, root: Path) -> Lock:
        """The lock of the checkout `root`.

        Raises:
            LockError: there is none, or it is damaged.
        """
        try:
            return cls(**json.loads((root / PATH).read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise LockError(f"{PATH} is missing: restore it with `git checkout {PATH}`") from None
        except (ValueError, TypeError) as error:
            raise LockError(f"{PATH} is damaged ({error}): restore it with `git checkout {PATH}`") from error

    @property
    def address(self) -> str:
        """Where the makers of Pyodide publish its files."""
        return f"https://cdn.jsdelivr.net/pyodide/v{self.pyodide}/full/"

    def files(self, source: str) -> dict[str, str]:
        """File name → sha256 of the wheels that come from `source`, before any repacking."""
        found = [package for package in self.packages.values() if package["source"] == source]
        wanted = [package.get("origin", package) for package in found]
        return {wheel["file_name"]: wheel["sha256"] for wheel in wanted}


def pyodide_lock(info: dict[str, str], packages: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The content of `pyodide-lock.json` for the wheels that lie beside it.

    A package that needs one that is not there is left out, for Pyodide would wait for it without a word.
    """
    kept = {_normal(package["name"]): package for package in packages}
    while True:
        broken = [name for name, package in kept.items() if not set(package["depends"]) <= set(kept)]
        if not broken:
            break
        for name in broken:
            del kept[name]
    shape = {"install_dir": "site", "package_type": "package", "unvendored_tests": False}
    fields = ("name", "version", "file_name", "sha256", "imports", "depends")
    entries = {
        name: {field: package[field] for field in fields} | shape for name, package in sorted(kept.items())
    }
    return {"info": info, "packages": entries}


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
