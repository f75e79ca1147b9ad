// What a reader has open, marks or types stays when a part of the page is swapped; only parts are.
"use strict";
(() => {
  const on = (name, act) => document.addEventListener(`htmx:${name}`, act);
  const told = document.getElementById("no-answer");
  const isWatching = it => (it.getAttribute("hx-trigger") || "").startsWith("every");
  const isMarked = it => !getSelection().isCollapsed && it.contains(getSelection().anchorNode);
  let open = [], around = null;
  on("beforeRequest", event => {
    const it = event.detail.elt;
    if (isWatching(it) && (document.hidden || isMarked(it))) event.preventDefault();
  });
  on("beforeSwap", event => {
    const {xhr, target} = event.detail;
    event.detail.shouldSwap = xhr.getResponseHeader("X-Part") !== null;
    event.detail.isError = !event.detail.shouldSwap && xhr.status !== 204;
    if (event.detail.shouldSwap) {
      told.hidden = true;
      around = target.contains(document.activeElement) ? target.id : null;
      open = [...target.querySelectorAll("details[id][open]")].map(it => it.id);
    }
  });
  on("afterSwap", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (around && document.activeElement === document.body) {
      document.querySelector(`#${around} [tabindex="-1"]`)?.focus({preventScroll: true});
    }
    open = []; around = null;
  });
  const fail = words => { told.textContent = words || told.dataset.words; told.hidden = false; };
  on("responseError", event => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    fail(page.querySelector("[role=alert]:not([hidden])")?.textContent.trim());
  });
  on("sendError", () => fail());
  on("timeout", () => fail());
})();
