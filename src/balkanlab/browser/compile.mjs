/* Compiles the Python files of wheels and zips to bytecode, by the very Python that will run them.

   node compile.mjs PYODIDE IN OUT FILE...
   PYODIDE is the folder of Pyodide's core; each FILE is read from IN; a zip of the same name in OUT gets its bytecode.
   SKIP (a regular expression) names what is seldom imported and not worth the time; INFO is Pyodide's "info". */
import { pathToFileURL } from "node:url";

const [pyodide, source, target, ...names] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const python = await loadPyodide({ indexURL: `${pyodide}/`, lockFileContents: { info: JSON.parse(process.env.INFO), packages: {} } });
python.mountNodeFS("/source", source);
python.mountNodeFS("/target", target);
python.globals.set("names", python.toPy(names));
python.globals.set("SKIP", process.env.SKIP);
python.runPython(`
import importlib.util, marshal, re, warnings, zipfile

warnings.simplefilter("ignore")
HEAD = importlib.util.MAGIC_NUMBER + bytes(12)

for name in names:
    with zipfile.ZipFile(f"/source/{name}") as old, zipfile.ZipFile(f"/target/{name}", "w") as new:
        for item in old.namelist():
            if item.endswith(".py") and not re.search(SKIP, item):
                try:
                    code = compile(old.read(item), item, "exec", dont_inherit=True)
                except SyntaxError:  # a template, or a file for another version
                    continue
                new.writestr(item + "c", HEAD + marshal.dumps(code))
`);
