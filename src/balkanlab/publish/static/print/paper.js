/* Draws every chart of the sheet while it loads, so that it is there when Chromium prints. */
for (const panel of document.querySelectorAll(".bl-panel")) {
  const vega = JSON.parse(panel.querySelector("script").textContent);
  for (const signal of vega.signals ?? []) delete signal.bind;
  for (const picture of panel.querySelectorAll(".bl-picture")) {
    const runtime = window.vega.parse(vega);
    const view = new window.vega.View(runtime, { renderer: "svg", container: picture });
    const signals = { ...JSON.parse(picture.dataset.signals), narrow: picture.clientWidth < 500 };
    for (const [name, value] of Object.entries(signals)) view.signal(name, value);
    view.width(picture.clientWidth).run();
  }
}
