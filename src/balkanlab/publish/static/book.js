/* Small helps for every page: what a dotted link means, and frames that scroll from the keyboard. */
(() => {
  /* One box shows the text of the entry under the pointer or the focus. It stays while the pointer is on it
     and goes with Escape. Screen readers get the text as the link's description. */
  function hints() {
    const links = document.querySelectorAll("a.bl-entry[title]");
    if (!links.length) return;
    const box = document.createElement("div");
    box.className = "bl-hint";
    box.hidden = true;
    box.setAttribute("aria-hidden", "true");
    document.body.append(box);
    const texts = document.createElement("div");
    texts.hidden = true;
    document.body.append(texts);
    let owner = null;
    let timer;

    const hide = () => { box.hidden = true; owner = null; };
    const later = (act, wait) => { clearTimeout(timer); timer = setTimeout(act, wait); };
    const show = (link) => {
      clearTimeout(timer);
      owner = link;
      box.textContent = link.dataset.hint;
      box.hidden = false;
      const spot = link.getClientRects()[0];
      const room = document.documentElement.clientWidth;
      const left = Math.max(8, Math.min(spot.left, room - box.offsetWidth - 8));
      const below = spot.bottom + box.offsetHeight + 12 < innerHeight;
      const top = below ? spot.bottom + 6 : Math.max(4, spot.top - box.offsetHeight - 6);
      box.style.left = `${left + scrollX}px`;
      box.style.top = `${top + scrollY}px`;
    };

    links.forEach((link, number) => {
      const text = document.createElement("span");
      text.id = `bl-hint-${number}`;
      text.textContent = link.title;
      texts.append(text);
      link.dataset.hint = link.title;
      link.removeAttribute("title");
      link.setAttribute("aria-describedby", text.id);
      link.addEventListener("pointerenter", (event) => {
        if (event.pointerType !== "touch") later(() => show(link), 150);
      });
      link.addEventListener("pointerleave", () => later(hide, 250));
      link.addEventListener("focus", () => { if (link.matches(":focus-visible")) show(link); });
      link.addEventListener("blur", hide);
    });
    box.addEventListener("pointerenter", () => clearTimeout(timer));
    box.addEventListener("pointerleave", () => later(hide, 250));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && owner) {
        clearTimeout(timer);
        hide();
      }
    });
  }

  /* What is wider than the page scrolls in a frame; only then does the frame take the focus. */
  function frames() {
    const found = document.querySelectorAll(".bl-table-frame, .pst-scrollable-table-container, .bl-math, .bl-map");
    const watch = new ResizeObserver((entries) => entries.forEach(({ target }) => {
      if (target.scrollWidth > target.clientWidth + 1) {
        target.tabIndex = 0;
        target.setAttribute("role", "group");
        target.setAttribute("aria-label", `${target.matches(".bl-math") ? "Formula" : target.matches(".bl-map") ? "Map" : "Table"}, scrolls`);
      } else {
        ["tabindex", "role", "aria-label"].forEach((name) => target.removeAttribute(name));
      }
    }));
    found.forEach((frame) => watch.observe(frame));
  }

  /* On the map, the lines of the node under the pointer or the focus stand out. */
  function lines() {
    for (const node of document.querySelectorAll(".bl-map [data-node]")) {
      const light = (on) => node.closest("svg").querySelectorAll("path").forEach((path) => {
        if (path.dataset.ends.split(" ").includes(node.dataset.node)) path.classList.toggle("bl-lit", on);
      });
      for (const [event, on] of [["pointerenter", true], ["focus", true], ["pointerleave", false], ["blur", false]]) {
        node.addEventListener(event, () => light(on));
      }
    }
  }

  hints();
  frames();
  lines();
})();
