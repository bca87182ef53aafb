/* Brings the form of a quiz to life: checks answers, names the mistake, remembers what was solved. The same
   script serves the published page and the Jupyter widget. It is a classic script, so that pages work from file://. */
(() => {
  let counter = 0;

  /* ROT47, as in quizzes.py: a deterrent against reading on, not a lock. */
  function unveil(text) {
    return text.replace(/[!-~]/g, (sign) => String.fromCharCode(33 + ((sign.charCodeAt(0) + 14) % 94)));
  }

  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element) element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  /* "1,564", "0,35", "−20 %" and "EUR 54.0" are numbers; null is none. A comma before exactly three digits groups. */
  function number(text) {
    const plain = text.replace(/[\s%€$]|percent|EUR|USD/gi, "").replace(/[−–]/, "-");
    const grouped = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(plain);
    const value = grouped ? plain.replaceAll(",", "") : plain.replace(",", ".");
    return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : null;
  }

  const same = (one, other) => one.length === other.length && one.every((value, i) => value === other[i]);
  const boxes = (question) => [...question.querySelectorAll("input")];
  const near = (value, [answer, within]) => Math.abs(value - answer) <= within + 1e-9;

  /* Of every kind: what the reader gave (null: nothing yet), how to put it back, and what is to be said of it. */
  const choice = {
    ask: "Choose an answer first.",
    read: (question) => {
      const ticked = boxes(question).flatMap((box, i) => (box.checked ? [i] : []));
      return ticked.length ? ticked : null;
    },
    put: (question, answer) => boxes(question).forEach((box, i) => { box.checked = answer?.includes(i) ?? false; }),
    right: (key, answer) => same(key.right, answer),
    notes: (key, answer) => answer.map((i) => key.notes[i]).filter(Boolean),
    otherwise: () => "What you ticked is right, and something is missing.",
    show: (question, key) => key.right.map((i) => boxes(question)[i].parentElement.textContent.trim()).join("; "),
  };
  const KINDS = {
    single: choice,
    multiple: choice,
    ordering: {
      read: (question) => [...question.querySelectorAll(".bl-order > li")].map((item) => Number(item.dataset.item)),
      put: (question, answer) => {
        const list = question.querySelector(".bl-order");
        const items = [...list.children].sort((a, b) => a.dataset.item - b.dataset.item);
        list.append(...(answer ?? items.map((_, i) => i)).map((i) => items[i]));
      },
      right: (key, answer) => same(key.right, answer),
      notes: (key, answer) => key.notes
        .filter(([early, late]) => answer.indexOf(early) < answer.indexOf(late)).map((note) => note.slice(2)),
      otherwise: (key) => key.otherwise,
      show: (question, key) => key.right
        .map((i) => question.querySelector(`[data-item="${i}"] span`).textContent).join(" → "),
    },
    numeric: {
      ask: "Write a number first, such as 12.5.",
      read: (question) => number(boxes(question)[0].value),
      put: (question, answer) => { boxes(question)[0].value = answer ?? ""; },
      right: (key, answer) => near(answer, [key.right, key.within]),
      notes: (key, answer) => key.notes.filter((note) => near(answer, note)).map((note) => note.slice(2)),
      otherwise: (key) => key.otherwise,
      show: (question, key) => String(key.right),
    },
  };

  /* The reader's progress, in this browser alone; where that is not allowed, until the page is closed. */
  function memory(chapter) {
    const place = `balkanlab-quiz-${chapter}`;
    let kept = {};
    try {
      kept = JSON.parse(localStorage.getItem(place)) ?? {};
    } catch {
      kept = {};
    }
    const write = () => {
      try {
        localStorage.setItem(place, JSON.stringify(kept));
      } catch { /* a private window, or a full store */ }
    };
    return {
      of: (id, digest) => (kept[id]?.digest === digest ? kept[id] : { digest, tries: 0, state: "", answer: null }),
      keep: (id, entry) => { kept[id] = entry; write(); },
      clear: () => { kept = {}; write(); },
    };
  }

  /* A link to the section on this page, or its name where the page does not have it. */
  function where(name) {
    const heading = [...document.querySelectorAll("h2")].find((one) => one.textContent.startsWith(name));
    const id = heading?.id || heading?.parentElement?.id;
    return id ? make("a", { href: `#${id}` }, name) : name;
  }

  /* Buttons that move an item; the focus stays on the button, and the new place is read aloud. */
  function movable(question) {
    const list = question.querySelector(".bl-order");
    const said = make("p", { className: "bl-quiz-moved", role: "status" });
    for (const item of list.children) {
      const name = item.textContent;
      const button = (sign, label, step) => {
        const made = make("button", { type: "button", "aria-label": `${label}: ${name}` }, sign);
        made.addEventListener("click", () => {
          const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
          if (other) other[step < 0 ? "before" : "after"](item);
          made.focus();
          said.textContent = `${name}: now ${[...list.children].indexOf(item) + 1} of ${list.children.length}`;
        });
        return made;
      };
      item.prepend(make("span", { className: "bl-quiz-move" }, button("↑", "Move up", -1), button("↓", "Move down", 1)));
    }
    list.after(said);
  }

  function bringToLife(question, place, key, store, changed) {
    const kind = KINDS[question.dataset.kind];
    const { id, digest } = question.dataset;
    const said = make("div", { className: "bl-quiz-said", role: "status" });
    const check = make("button", { type: "button", "aria-label": `Check question ${place}` }, "Check");
    const show = make("button", { type: "button", "aria-label": `Show the answer to question ${place}` }, "Show the answer");
    question.append(make("div", { className: "bl-quiz-actions" }, check, show), said);
    if (question.dataset.kind === "ordering") movable(question);

    let entry;
    const paint = () => {
      question.dataset.state = entry.state;
      show.hidden = entry.state !== "" || entry.tries < 2;
    };
    const explain = (opening, text) => said.replaceChildren(make("p", {}, make("strong", {}, opening), ` ${text}`));
    const judge = (answer) => {
      if (kind.right(key, answer)) return explain("✓ Right.", key.why);
      const notes = kind.notes(key, answer);
      said.replaceChildren(make("p", {}, make("strong", {}, "✗ Not yet.")));
      for (const [mistake, feedback] of notes) {
        said.append(make("p", {}, make("strong", {}, `${mistake}.`), ` ${feedback}`));
      }
      if (!notes.length) said.firstChild.append(` ${kind.otherwise(key)}`);
      said.append(make("p", {}, "Read again: ", where(question.dataset.where)));
    };
    const reveal = () => explain(`Answer: ${kind.show(question, key)}.`, key.why);
    const restore = () => {
      entry = store.of(id, digest);
      kind.put(question, entry.answer);
      said.replaceChildren();
      if (entry.state === "shown") reveal();
      else if (entry.answer !== null) judge(entry.answer);
      paint();
    };
    const remember = (news) => {
      entry = { ...entry, ...news };
      store.keep(id, entry);
      paint();
      changed();
    };
    check.addEventListener("click", () => {
      const answer = kind.read(question);
      if (answer === null) {
        said.replaceChildren(make("p", {}, kind.ask));
        return;
      }
      const right = kind.right(key, answer);
      judge(answer);
      remember({ answer, tries: entry.tries + 1, state: entry.state || (right ? "right" : "") });
    });
    show.addEventListener("click", () => {
      reveal();
      check.focus();
      remember({ state: "shown" });
    });
    question.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.tagName === "INPUT") {
        event.preventDefault();
        check.click();
      }
    });
    restore();
    return { restore, state: () => entry.state };
  }

  function attach(root) {
    if (root.dataset.state) return;
    root.dataset.state = "ready";
    counter += 1;
    const keys = JSON.parse(unveil(root.dataset.key));
    const store = memory(root.dataset.chapter);
    const questions = [...root.querySelectorAll(".bl-question")];
    // Two views of one notebook must not share their groups of radio buttons.
    for (const box of root.querySelectorAll("input")) box.name += `-${counter}`;
    root.querySelector(".bl-quiz-start").remove();

    const count = make("span");
    const bar = make("progress", { max: questions.length, "aria-label": "Questions answered right" });
    const again = make("button", { type: "button" }, "Start again");
    const changed = () => {
      const right = live.filter(({ state }) => state() === "right").length;
      count.textContent = `${right} of ${questions.length} right`;
      bar.value = right;
    };
    const live = questions.map((one, i) => bringToLife(one, i + 1, keys[one.dataset.id], store, changed));
    again.addEventListener("click", () => {
      store.clear();
      live.forEach(({ restore }) => restore());
      changed();
    });
    root.append(make("div", { className: "bl-quiz-progress" }, make("p", { role: "status" }, count), bar, again));
    changed();
  }

  /* JupyterLab would take arrows and letters for its own commands; with Ctrl or Cmd they stay commands. */
  function keepKeys(event) {
    if (!event.target.closest?.(".balkanlab-quiz")) return;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !event.ctrlKey && !event.metaKey);
  }

  function renderLive({ model, el }) {
    addEventListener("keydown", keepKeys, true);
    el.innerHTML = model.get("form");
    attach(el.firstElementChild);
  }

  const attachAll = () => document.querySelectorAll(".balkanlab-quiz").forEach(attach);
  globalThis.balkanlabQuiz = { attachAll, renderLive };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", attachAll);
  else attachAll();
})();
