"""Where Python in the browser looks for modules while it starts; the edition adds this as its `sitecustomize`.

Pyodide puts the current folder first. In JupyterLite that folder belongs to the page: asking for it takes 30 ms and
more, once for each of the hundred modules that the kernel imports. The page's script adds it at the end of the path
once the kernel is there.
"""

import sys
from typing import SupportsIndex


class WithoutCurrentFolder(list[str]):
    """`sys.path`, to which the current folder cannot be added in front."""

    def insert(self, index: SupportsIndex, entry: str) -> None:
        """As of a list, but for the empty entry, which stands for the current folder."""
        if entry:
            super().insert(index, entry)


sys.path = WithoutCurrentFolder(sys.path)
