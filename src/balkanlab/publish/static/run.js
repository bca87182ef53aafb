/* Python in the browser needs an address: a page opened from a file has none. */
if (location.protocol === "file:") {
  for (const line of document.querySelectorAll(".bl-run")) {
    line.textContent = "To run this page's code in the browser, open the book at its address, or with “balkanlab serve”.";
  }
}
