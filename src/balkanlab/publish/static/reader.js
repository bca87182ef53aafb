/* What the reader's own browser remembers: where you were, and which sections you have reached. Nothing is sent. */
(() => {
  const PLACE = "balkanlab:reader";
  const OURS = (key) => key.startsWith("balkanlab") || ["mode", "theme", "sphinx_highlight_terms"].includes(key);
  const page = typeof DOCUMENTATION_OPTIONS === "object" ? DOCUMENTATION_OPTIONS.pagename ?? "" : "";
  const root = document.documentElement.dataset.content_root ?? "./";
  const make = (name, set = {}, ...inside) => {
    const made = Object.assign(document.createElement(name), set);
    made.append(...inside);
    return made;
  };

  function read() {
    try {
      return { seen: {}, ...JSON.parse(localStorage.getItem(PLACE) ?? "{}") };
    } catch {
      return { seen: {} };
    }
  }
  function write(kept) {
    try {
      localStorage.setItem(PLACE, JSON.stringify(kept));
    } catch { /* private windows may refuse; the page works without */ }
  }

  const sections = () => [...document.querySelectorAll(".bd-article section > h2")].map((heading) => ({
    heading,
    id: heading.parentElement.id,
    name: heading.firstChild?.textContent.trim() ?? "",
  })).filter(({ id }) => id);

  /* A chapter: note each section whose heading has come into view. */
  function follow() {
    const list = sections();
    if (!/^(notebooks|exercises)\//.test(page) || !list.length) return;
    const watch = new IntersectionObserver((entries) => {
      const came = entries.filter((entry) => entry.isIntersecting).map(({ target }) => target);
      if (!came.length) return;
      const kept = read();
      const mine = new Set(kept.seen[page]?.ids ?? []);
      for (const { heading, id, name } of list) {
        if (!came.includes(heading)) continue;
        mine.add(id);
        kept.last = { page, id, name, title: document.querySelector("h1")?.firstChild?.textContent.trim() ?? page };
      }
      const known = new Set(list.map(({ id }) => id));
      kept.seen[page] = { ids: [...mine].filter((id) => known.has(id)), of: list.length };
      write(kept);
    });
    list.forEach(({ heading }) => watch.observe(heading));
  }

  /* The first page: a way back to where you were, and how much of each chapter you have reached. */
  function welcome() {
    const { last, seen } = read();
    const hero = document.querySelector(".bl-pitch");
    if (hero && last) {
      const link = make("a", { href: `${root}${last.page}.html#${last.id}` }, `${last.title}: ${last.name}`);
      hero.append(make("p", { className: "bl-continue" }, "Continue where you left off: ", link));
    }
    for (const card of document.querySelectorAll(".bl-chapter")) {
      const name = new URL(card.querySelector("a").href).pathname.split("/").slice(-2).join("/").replace(/\.html$/, "");
      const found = seen[name];
      if (!found?.ids.length) continue;
      const told = `${found.ids.length} of ${found.of} sections reached`;
      const bar = make("progress", { max: found.of, value: found.ids.length });
      bar.setAttribute("aria-label", told);
      card.append(make("p", { className: "bl-reached" }, bar, ` ${told}`));
    }
  }

  /* The page on privacy: everything that is kept, and a button that forgets it. */
  function disclose() {
    const box = document.querySelector(".bl-kept");
    if (!box) return;
    const told = make("div", {});
    told.setAttribute("role", "status");
    const show = (said) => {
      let keys = [];
      try { keys = Object.keys(localStorage).filter(OURS).sort(); } catch { /* nothing can be kept here */ }
      const list = make("ul", {}, ...keys.map((key) => {
        const text = localStorage.getItem(key);
        return make("li", {}, make("code", {}, key), `: ${text.length > 300 ? `${text.slice(0, 300)}…` : text}`);
      }));
      told.replaceChildren(make("p", {}, said ?? (keys.length ? "Kept in this browser now:" : "This browser keeps nothing of this site.")), list);
    };
    const forget = make("button", { type: "button" }, "Forget all of it");
    forget.addEventListener("click", () => {
      try { Object.keys(localStorage).filter(OURS).forEach((key) => localStorage.removeItem(key)); } catch { /* none */ }
      show("Forgotten. Your work in the browser edition is kept apart; see above how to remove it.");
    });
    box.replaceChildren(told, forget);
    show();
  }

  disclose();
  welcome();
  follow();
})();
