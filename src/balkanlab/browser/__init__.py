"""The browser edition: the course's notebooks with a Python that runs in the reader's browser, no server needed.

JupyterLite with a Pyodide kernel, all of it beside the book. `lock` says which files it is made of, `sources` gets
them, `wheels` makes the ones that nobody publishes, `edition` puts everything together.
"""
