/* Turns a deck into slides on a wide screen. Without this script, and on a phone, the page is read downwards. */
(() => {
  const root = document.documentElement;
  let mode = "auto";
  try {
    mode = localStorage.getItem("mode") || "auto"; // what the reader chose in the book
  } catch { /* a page from a file may have no storage */ }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { root.dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode; };
  paint();
  dark.addEventListener("change", paint);

  if (innerWidth < 700) return;
  document.querySelector(".bl-deck main").classList.add("reveal");
  const OWN_KEYS = "select, summary, fieldset, .bl-scroll"; // here the arrows have a job already
  Reveal.initialize({
    disableLayout: true,
    scrollActivationWidth: null,
    overview: false,
    hash: true,
    transition: "none",
    slideNumber: "c/t",
    hideInactiveCursor: false,
    keyboardCondition: (event) => !event.target.closest?.(OWN_KEYS),
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement !== document.body) document.activeElement.blur();
  });
  // Paper shows every slide; a chart has a width only where its slide is laid out.
  addEventListener("beforeprint", () => {
    for (const section of document.querySelectorAll(".reveal section")) section.hidden = false;
  });
})();
