/* Plugins for JupyterLab in the browser: a line that says how Python in the page is doing, charts that are drawn when the
   reader comes near them, and links that lead back to the book.
   Written by hand in the form that JupyterLab loads (a module federation container), so that no build step is needed. */
(() => {
  const ID = "balkanlab-run:status";
  const SLOW = 60000;
  const CLOSED = "balkanlab-run-closed";
  const CHART = "application/vnd.vegalite.v5+json";
  const NEAR = "balkanlab:near";
  let shared;
  // Modules are looked for in the notebook's folder last: asking the page for it takes 30 ms, at each import.
  // The reader's first cell is to be number 1 all the same.
  const FIRST = "import sys; sys.path = [*filter(None, sys.path), '']; get_ipython().execution_count = 0";
  const WORDS = {
    starting: "Python is starting in this page. The first time it is fetched (15 to 30 MB), then your browser keeps it.",
    slow: "Python is still starting. A slow connection or computer may need a few minutes; you can read on meanwhile.",
    ready: "Python is ready. Your work stays in this browser; File, then Download, gives you a copy.",
    failed: "Python could not start in this page. Reload it. If that does not help: check the connection, leave private "
      + "browsing, or use a current Chrome, Edge, Firefox or Safari. Nothing you wrote is lost, and the course also runs "
      + "on your own computer (see “How to study” in the book).",
  };

  // Where one of these is missing, Pyodide waits for ever and says nothing to the page.
  const CORE = ["pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];
  const PYODIDE = new URL("../static/pyodide/", location.href);

  // Fetched, and compiled by other threads, while JupyterLab is still being put together; Python then finds it done.
  const early = location.pathname.includes("/notebooks/") && typeof WebAssembly === "object"
    ? Promise.allSettled([
      WebAssembly.compileStreaming(fetch(new URL("pyodide.asm.wasm", PYODIDE))),
      fetch(new URL("python_stdlib.zip", PYODIDE)).then((answer) => answer.arrayBuffer()),
    ])
    : null;

  async function reach() {
    if (typeof WebAssembly === "undefined") throw new Error("this browser has no WebAssembly");
    for (const name of CORE) {
      const answer = await fetch(new URL(name, PYODIDE), { method: "HEAD" });
      if (!answer.ok) throw new Error(`${name}: ${answer.status} ${answer.statusText}`);
    }
  }

  const style = `
    #balkanlab-run { position: fixed; inset: auto 0 0; z-index: 1000; display: flex; gap: 1em; align-items: center;
      justify-content: space-between; padding: 6px 16px; font: 14px/1.4 system-ui, sans-serif; color: #1f2933;
      background: #e3f1f8; border-top: 2px solid #117aa8; }
    #balkanlab-run[data-state="failed"] { background: #fdecea; border-color: #b3261e; }
    #balkanlab-run button { font: inherit; color: inherit; background: none; border: 1px solid; border-radius: 4px;
      padding: 2px 10px; cursor: pointer; }
    #balkanlab-run[hidden] { display: none; }
    @media print { #balkanlab-run { display: none; } }`;

  function line() {
    const sheet = document.createElement("style");
    sheet.textContent = style;
    document.head.append(sheet);
    const box = document.createElement("div");
    box.id = "balkanlab-run";
    const text = document.createElement("span");
    text.setAttribute("role", "status");
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.addEventListener("click", () => {
      box.hidden = true;
      localStorage.setItem(CLOSED, "yes");
    });
    box.append(text, close);
    document.body.prepend(box);
    return (state, reason = "") => {
      box.dataset.state = state;
      box.hidden = state === "ready" && localStorage.getItem(CLOSED) === "yes";
      close.hidden = state !== "ready";
      text.setAttribute("role", state === "failed" ? "alert" : "status");
      text.textContent = reason ? `${WORDS[state]} (What the browser said: ${reason})` : WORDS[state];
    };
  }

  function activate(app) {
    const say = line();
    for (const event of ["pointerover", "focusin", "click"]) addEventListener(event, leadToBook, true);
    const { sessions } = app.serviceManager;
    const config = JSON.parse(document.getElementById("jupyter-config-data").textContent);
    const packages = config.litePluginSettings?.[ID]?.packages ?? {};
    const watched = new Set();
    let waiting = null;

    const settle = (state, reason) => {
      clearTimeout(waiting);
      waiting = null;
      say(state, reason);
    };
    const fail = (reason) => {
      const lines = String(reason?.message ?? reason ?? "").trim().split("\n");
      const telling = lines.find((text) => /^\w*Error\b/.test(text)) ?? lines.at(-1);
      if (waiting !== null) settle("failed", telling.slice(0, 200));
    };
    // A worker that cannot start shows itself in the page only as a promise that nobody keeps.
    addEventListener("unhandledrejection", (event) => fail(event.reason));

    // Until the notebook has taken the session, running a cell would ask the reader to choose a kernel.
    async function taken() {
      const has = () => app.shell.currentWidget?.sessionContext?.session?.kernel;
      for (let turn = 0; early && !has() && turn < 400; turn += 1) await new Promise((go) => { setTimeout(go, 25); });
    }

    async function watch(model) {
      if (!model.kernel || watched.has(model.kernel.id)) return;
      watched.add(model.kernel.id);
      clearTimeout(waiting);
      say("starting");
      waiting = setTimeout(() => say("slow"), SLOW);
      reach().catch(fail);
      // Widgets talk to the notebook's own connection; a second one that answered would close them.
      const session = sessions.connectTo({ model, kernelConnectionOptions: { handleComms: false } });
      const late = packages[new URLSearchParams(location.search).get("path")] ?? [];
      const fetching = late.length ? `; import pyodide_js; await pyodide_js.loadPackage(${JSON.stringify(late)})` : "";
      try {
        // The kernel says "idle" long before Python is there; an answer is the proof.
        await session.kernel.requestExecute({ code: FIRST + fetching, silent: true, store_history: false }).done;
        await taken();
        settle("ready");
        await early; // held until here, for the browser may drop a program that nobody keeps
      } catch (fault) {
        fail(fault);
      } finally {
        session.dispose();
      }
    }
    const all = () => { for (const model of sessions.running()) watch(model); };
    sessions.runningChanged.connect(all);
    all();
    begin(app.serviceManager, config.defaultKernelName).catch(fail);
  }

  /* JupyterLab would start Python once it has drawn the notebook, two seconds later. It takes over the session that it
     finds under the notebook's name. */
  async function begin({ kernelspecs, sessions }, kernel) {
    const path = new URLSearchParams(location.search).get("path");
    if (!early || !path?.endsWith(".ipynb")) return;
    await Promise.all([kernelspecs.ready, sessions.ready]);
    const known = () => kernelspecs.specs?.kernelspecs[kernel];
    if (!known()) {
      await new Promise((resolve) => {
        kernelspecs.specsChanged.connect(() => { if (known()) resolve(); });
      });
    }
    if ([...sessions.running()].some((session) => session.path === path)) return;
    const wanted = { path, name: path.split("/").at(-1), type: "notebook", kernel: { name: kernel } };
    (await sessions.startNew(wanted, { kernelConnectionOptions: { handleComms: false } })).dispose();
  }

  /* A stored chart is drawn when the reader comes near it, as in the book; until then its stored picture stands there.
     Drawn all at once, the charts of a chapter would hold Python up for two seconds. */
  function drawLate(registry) {
    const drawn = registry.getFactory(CHART);
    const near = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) target.dispatchEvent(new Event(NEAR));
    }, { rootMargin: "600px" });
    const createRenderer = (options) => {
      const widget = drawn.createRenderer(options);
      const draw = widget.renderModel.bind(widget);
      let latest;
      let waiting;
      let drawing = false;
      widget.renderModel = (model) => {
        if (drawing) return draw(model);
        latest = model;
        widget.node.replaceChildren(picture(model.data));
        waiting ??= new Promise((resolve) => {
          widget.node.addEventListener(NEAR, () => {
            near.unobserve(widget.node);
            drawing = true;
            widget.node.replaceChildren();
            resolve(draw(latest));
          }, { once: true });
          near.observe(widget.node);
        });
        return waiting;
      };
      return widget;
    };
    registry.addFactory({ ...drawn, createRenderer }, registry.getRank(CHART));
  }

  function picture(data) {
    const image = new Image();
    if (data["image/png"]) image.src = `data:image/png;base64,${data["image/png"]}`;
    image.alt = data["text/plain"] ?? "";
    return image;
  }

  /* A link to a prose page names its source, which JupyterLab would show as a file; here it leads to the page. */
  function leadToBook(event) {
    const link = event.target.closest?.("a[href]");
    const source = /\/run\/files\/(book\/[^#]+)\.md(#.*)?$/.exec(link?.href);
    if (source) {
      link.href = new URL(`../../${source[1]}.html${source[2] ?? ""}`, location.href);
      link.dataset.page = "yes";
    }
    if (event.type === "click" && link?.dataset.page) event.stopImmediatePropagation(); // JupyterLab listens too
  }

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["balkanlab-run"] = {
    init: async (scope) => { shared = scope; },
    get: async () => {
      const [{ get }] = Object.values(shared["@jupyterlab/rendermime"]);
      const { IRenderMimeRegistry } = (await get())();
      const status = { id: ID, description: "How Python in the page is doing", autoStart: true, activate };
      const charts = {
        id: "balkanlab-run:charts",
        description: "Draws a chart when the reader comes near it",
        autoStart: true,
        requires: [IRenderMimeRegistry],
        activate: (app, registry) => { app.started.then(() => drawLate(registry)); }, // then Vega's own renderer is there
      };
      return () => ({ __esModule: true, default: [status, charts] });
    },
  };
})();
