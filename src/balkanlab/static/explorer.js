/* Draws explorers. The same script serves the published page (rows of every setting inside) and the
   Jupyter widget (rows from the kernel). It loads as a classic script, so that pages work from file://. */
(() => {
  const DARK = { ink: "#e6edf3", faint: "#3d4753", land: "#2b333c" };
  const LIGHT = { ink: "#1f2933", faint: "#d5dbe1", land: "#e4e8ec" };
  const PAPER = { true: "#14181d", false: "#ffffff" };
  const KEY = "_k";
  let counter = 0;
  let vegaReady;

  function loadVega(url) {
    if (globalThis.vega) return Promise.resolve(globalThis.vega);
    vegaReady ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = url;
      script.onload = () => resolve(globalThis.vega);
      script.onerror = () => reject(new Error("the chart library could not be loaded"));
      document.head.append(script);
    });
    return vegaReady;
  }

  function evaluateVega(source) {
    if (!globalThis.balkanlabVega) {
      const exports = {};
      new Function("exports", "module", "define", source)(exports, {}, undefined);
      globalThis.balkanlabVega = exports;
    }
    return globalThis.balkanlabVega;
  }

  /* Vega-Lite to Vega, where the kernel cannot do it: vega-embed does it on its way to a drawing. */
  async function compile(vegalite, source) {
    if (!globalThis.balkanlabEmbed) new Function(source)();
    const made = await globalThis.balkanlabEmbed(make("div"), vegalite, { mode: "vega-lite", actions: false });
    made.finalize();
    return made.vgSpec;
  }

  function isDark() {
    const root = document.documentElement;
    if (document.body.dataset.jpThemeLight) return document.body.dataset.jpThemeLight === "false";
    if (root.dataset.theme) return root.dataset.theme === "dark";
    return matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element && name !== "form") element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  function words(column) {
    return column.replaceAll("_", " ");
  }

  function format(value) {
    if (typeof value !== "number") return String(value);
    return value.toLocaleString("en", { maximumSignificantDigits: 6, useGrouping: false });
  }

  function save(name, type, text) {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  /* The controls: native inputs, each with its label; `changed` hears the new value. */
  function drawControl(control, id, changed) {
    const box = make("div", { className: `bl-control bl-${control.type}` });
    const show = (value) => `${value}${control.unit ? ` ${control.unit}` : ""}`;
    if (control.type === "slider" || control.type === "year") {
      const output = make("output", { htmlFor: id });
      const input = make("input", { id, type: "range", min: control.min, max: control.max, step: control.step });
      const set = (value) => {
        input.value = value;
        output.value = show(value);
        input.setAttribute("aria-valuetext", show(value));
      };
      input.addEventListener("input", () => {
        set(Number(input.value));
        changed(Number(input.value));
      });
      box.append(make("label", { htmlFor: id }, control.label), input, output);
      return { box, set };
    }
    if (control.type === "toggle") {
      const input = make("input", { id, type: "checkbox" });
      input.addEventListener("change", () => changed(input.checked));
      box.append(input, make("label", { htmlFor: id }, control.label));
      return { box, set: (value) => { input.checked = value; } };
    }
    if (control.options.length > 4) {
      const select = make("select", { id }, ...control.options.map((option) => make("option", {}, option)));
      select.addEventListener("change", () => changed(select.value));
      box.append(make("label", { htmlFor: id }, control.label), select);
      return { box, set: (value) => { select.value = value; } };
    }
    const radios = control.options.map((option, i) => {
      const input = make("input", { id: `${id}-${i}`, type: "radio", name: id, value: option });
      input.addEventListener("change", () => changed(option));
      return input;
    });
    const field = make("fieldset", {}, make("legend", {}, control.label));
    radios.forEach((input, i) => {
      field.append(make("label", { htmlFor: input.id }, input, ` ${control.options[i]}`));
    });
    box.append(field);
    return { box, set: (value) => { radios.forEach((input) => { input.checked = input.value === value; }); } };
  }

  /* The number of a setting among all settings: the last control turns fastest. */
  function settingIndex(controls, values) {
    return controls.reduce((index, control) => {
      const value = values[control.name];
      if (control.type === "toggle") return index * 2 + (value ? 1 : 0);
      if (control.type === "choice") return index * control.options.length + control.options.indexOf(value);
      const size = Math.round((control.max - control.min) / control.step) + 1;
      return index * size + Math.round((value - control.min) / control.step);
    }, 0);
  }

  function fillTable(table, columns, rows) {
    const head = make("tr", {}, ...columns.map(({ name }) => make("th", { scope: "col" }, words(name))));
    const body = rows.map((row) => make("tr", {}, ...columns.map(({ name }) => make("td", {}, format(row[name])))));
    table.replaceChildren(table.caption, make("thead", {}, head), make("tbody", {}, ...body));
  }

  function csv(columns, rows) {
    const cell = (value) => (/[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
    const names = columns.map(({ name }) => name);
    return [names, ...rows.map((row) => names.map((name) => row[name]))]
      .map((line) => line.map(cell).join(",")).join("\n") + "\n";
  }

  /* `ask(values)` is null on a page; in a notebook it asks the kernel and promises { rows, text }. */
  async function mount(element, { vega: spec, meta }, vegaPromise, ask = null) {
    for (const signal of spec.signals ?? []) delete signal.bind; // our own inputs stand in for Vega's
    const id = `bl-${meta.name}-${counter++}`;
    const start = Object.fromEntries(meta.controls.map((control) => [control.name, control.value]));
    let values = { ...start };
    const form = make("div", { className: "bl-controls", role: "group", "aria-labelledby": `${id}-title` });
    const setters = {};
    for (const control of meta.controls) {
      const { box, set } = drawControl(control, `${id}-${control.name}`, (value) => {
        values = { ...values, [control.name]: value };
        update();
      });
      set(control.value);
      setters[control.name] = set;
      form.append(box);
    }
    const canvas = make("div", { className: "bl-chart", role: "img" });
    const spoken = make("p", { className: "bl-describe", "aria-live": "polite" });
    const table = make("table", { className: "bl-table" }, make("caption", {}, meta.title));
    const scroll = make("div", { className: "bl-scroll", tabIndex: 0, role: "region" }, table);
    scroll.setAttribute("aria-label", `Data table: ${meta.title}`);
    const details = make("details", { className: "bl-data" }, make("summary", {}, "Data table"), scroll);
    const buttons = make("div", { className: "bl-actions" });
    const button = (label, what, act) => {
      const made = make("button", { type: "button" }, label);
      made.setAttribute("aria-label", `${what}: ${meta.title}`);
      made.addEventListener("click", act);
      buttons.append(made);
    };
    button("Data (CSV)", "Download the data", () => save(`${meta.name}.csv`, "text/csv", csv(meta.columns, rows())));
    button("Picture (SVG)", "Download the picture", picture);
    if (meta.controls.length) button("Reset", "Reset the controls", () => set(start));
    const parts = [make("p", { className: "bl-title", id: `${id}-title` }, meta.title)];
    if (meta.controls.length) parts.push(form);
    parts.push(canvas, spoken);
    if (meta.note) parts.push(make("p", { className: "bl-note" }, meta.note));
    element.replaceChildren(...parts, details, buttons);
    element.setAttribute("role", "group");
    element.setAttribute("aria-labelledby", `${id}-title`);

    let vega;
    let view;
    const fit = () => {
      if (!canvas.clientWidth) return;
      if (spec.autosize?.type === "fit-x") view.width(canvas.clientWidth);
      view.signal("narrow", canvas.clientWidth < 480);
    };
    const typed = (row) => Object.fromEntries(meta.columns.map(({ name, type }) => {
      if (type === "string") return [name, row[name]];
      return [name, type === "number" ? Number(row[name]) : String(row[name]) === "true"];
    }));
    const rows = () => {
      const key = settingIndex(meta.controls, values);
      return view.data("frame").filter((row) => Number(row[KEY]) === key).map(typed);
    };
    const say = (text) => {
      if (spoken.textContent !== text) spoken.textContent = text;
      canvas.setAttribute("aria-label", text);
    };
    const text = () => meta.texts[meta.text_at.length ? meta.text_at[settingIndex(meta.controls, values)] : 0];
    details.addEventListener("toggle", () => {
      if (details.open && view) fillTable(table, meta.columns, rows());
    });

    async function draw(reply) {
      if (!view) return;
      for (const [name, value] of Object.entries(values)) view.signal(`c_${name}`, value);
      if (reply) {
        view.change("frame", vega.changeset().remove(() => true).insert(reply.rows));
      }
      await view.runAsync();
      say(reply ? reply.text : text());
      if (details.open) fillTable(table, meta.columns, rows());
      element.dispatchEvent(new CustomEvent("balkanlab:drawn", { bubbles: true, detail: { ...values } }));
    }

    /* One drawing at a time: while it is under way only the newest setting waits. The promise is kept when
       the newest is drawn. */
    let running = null;
    let waiting = false;
    function update() {
      waiting = true;
      running ??= redraw();
      return running;
    }
    async function redraw() {
      try {
        while (waiting) {
          waiting = false;
          await draw(ask ? await ask(values) : null);
        }
      } catch (fault) {
        say(`The chart could not be renewed: ${fault.message}`);
      } finally {
        running = null;
      }
    }

    function set(wanted) {
      values = { ...values, ...wanted };
      for (const [name, value] of Object.entries(values)) setters[name](value);
      return update();
    }

    function paint() {
      for (const [name, color] of Object.entries(isDark() ? DARK : LIGHT)) view.signal(name, color);
      return view.runAsync();
    }

    async function picture() {
      view.background(PAPER[isDark()]);
      const svg = await view.toSVG();
      view.background("transparent");
      save(`${meta.name}.svg`, "image/svg+xml", svg);
    }

    spoken.textContent = text();
    try {
      vega = await vegaPromise();
      view = new vega.View(vega.parse(spec), { renderer: "svg", container: canvas, hover: false });
      view.background("transparent").logLevel(vega.Error);
      fit();
      await paint();
      canvas.querySelector("svg").setAttribute("aria-hidden", "true"); // its frame carries the words
      say(text());
    } catch (fault) {
      say(`${text()} (The chart is not drawn: ${fault.message}.)`);
      return null;
    }
    const watcher = new MutationObserver(paint);
    watcher.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    watcher.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
    let width = canvas.clientWidth;
    new ResizeObserver(() => {
      if (canvas.clientWidth && canvas.clientWidth !== width) {
        width = canvas.clientWidth;
        fit();
        view.runAsync();
      }
    }).observe(canvas);
    element.dataset.state = "ready";
    element.balkanlab = { view, rows, set, show, values: () => ({ ...values }) };
    element.dispatchEvent(new CustomEvent("balkanlab:ready", { bubbles: true }));

    function show(reply) {
      values = { ...values, ...reply.values };
      for (const [name, value] of Object.entries(values)) setters[name](value);
      return draw(reply);
    }
    return element.balkanlab;
  }

  /* The published page: each explorer is drawn when the reader comes near it. */
  function mountAll() {
    const near = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) start(entry.target);
    }, { rootMargin: "600px" });
    const start = (element) => {
      near.unobserve(element);
      if (element.dataset.state) return;
      element.dataset.state = "drawing";
      const payload = JSON.parse(element.querySelector("script.balkanlab-payload").textContent);
      mount(element, payload, () => loadVega(element.dataset.vega));
    };
    const all = [...document.querySelectorAll(".balkanlab-explorer")];
    for (const element of all) near.observe(element);
    addEventListener("beforeprint", () => all.forEach(start));
  }

  /* JupyterLab would take arrows and letters for its own commands; with Ctrl or Cmd they stay commands. */
  function keepKeys(event) {
    if (!event.target.closest?.(".balkanlab-explorer")) return;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !event.ctrlKey && !event.metaKey);
  }

  /* The notebook: the kernel answers each request; a late answer to an old one is dropped. */
  async function renderLive({ model, el }) {
    el.classList.add("balkanlab-explorer");
    addEventListener("keydown", keepKeys, true);
    let turn = 0;
    let answered = null;
    const ask = (values) => new Promise((resolve, reject) => {
      turn += 1;
      const patience = setTimeout(() => {
        reject(new Error("the kernel does not answer; run the cell again"));
      }, 20000);
      answered = (reply) => {
        clearTimeout(patience);
        resolve(reply);
      };
      model.set("request", { turn, values });
      model.save_changes();
    });
    const shared = await model.widget_manager.get_model(model.get("vega").replace("IPY_MODEL_", ""));
    const { meta, vega, vegalite } = model.get("payload");
    const spec = vega ?? await compile(vegalite, shared.get("compiler"));
    const mounted = await mount(el, { vega: spec, meta }, async () => evaluateVega(shared.get("source")), ask);
    model.on("change:reply", () => {
      const reply = model.get("reply");
      if (answered && reply.turn === turn) {
        answered(reply);
        answered = null;
      } else if (!answered) mounted?.show(reply);
    });
  }

  globalThis.balkanlab = { mount, mountAll, renderLive };
  if (document.querySelector(".balkanlab-explorer script.balkanlab-payload")) mountAll();
  else if (document.readyState === "loading") addEventListener("DOMContentLoaded", mountAll);
})();
