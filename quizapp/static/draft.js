// Keeps a draft as it is typed: two seconds after the last key, at once when the page is left.
"use strict";
(() => {
  const form = document.getElementById("draft"), told = document.getElementById("draft-saved");
  const seen = form.elements.seen, LARGEST_LAST = 60000;
  let timer = 0, running = null, dirty = false, stopped = false, unsure = null, isWaiting = false;
  const say = (text, state) => { told.textContent = text; told.dataset.state = state; };
  const later = wait => { clearTimeout(timer); timer = setTimeout(save, wait); };
  const mark = problems => {
    for (const it of form.querySelectorAll(".err")) {
      const words = problems[it.id.slice(2)];
      it.hidden = !words || !form.dataset.touched.includes(`|${it.id.slice(2).split(":")[0]}|`);
      it.textContent = words || "";
    }
  };
  form.dataset.touched = "|";
  const typed = () => {
    const fields = new FormData(form);
    fields.delete("file");
    return new URLSearchParams(fields).toString();
  };
  const show = found => {
    seen.value = found.seen;
    for (const [place, part] of Object.entries(found.parts)) {
      const shown = document.getElementById(place);
      if (shown && !shown.contains(document.activeElement)) shown.innerHTML = part;
    }
    mark(found.problems);
    say(form.dataset.saved, "ok");
  };
  const send = async () => {
    // One without an answer may have been kept: the same again is no conflict, anything else is.
    const isAgain = unsure !== null, body = isAgain ? unsure : typed();
    dirty = isAgain;
    say(form.dataset.saving, "");
    try {
      const answer = await fetch(form.action, {
        method: "POST", body, keepalive: document.hidden && body.length < LARGEST_LAST,
        headers: {Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded"},
      });
      const found = await answer.json();
      unsure = null;
      if (answer.ok) show(found);
      else { stopped = true; say(found.error, "off"); }
    } catch { unsure = body; dirty = true; say(form.dataset.off, "off"); }
    running = null;
    if (dirty && !stopped) later(unsure === null ? 2000 : 5000);
  };
  const save = () => {
    if (!running && !stopped && dirty) running = send();
    return running;
  };
  form.addEventListener("input", event => {
    form.dataset.touched += `${event.target.name.split(":")[0]}|`;
    dirty = true;
    if (!stopped) later(2000);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  form.addEventListener("submit", event => {
    const button = event.submitter;
    clearTimeout(timer);
    // A file may be refused, and what goes with it: the rest is kept before.
    const sent = button && button.formEnctype === "multipart/form-data" ? save() : running;
    stopped = true;
    if (!sent) return;
    // What is under way changes the draft: the form is sent when it has been told so.
    event.preventDefault();
    if (!isWaiting) sent.then(() => form.requestSubmit(button));
    isWaiting = true;
  });
  // The page a link leads to may come of this draft: it is asked for when all is kept.
  document.addEventListener("click", async event => {
    const link = event.target.closest("a[href]");
    const isElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!link || link.target || isElsewhere || stopped || unsure !== null) return;
    if (!dirty && !running) return;
    event.preventDefault();
    await save();
    await save();
    if (!dirty && !stopped) location.assign(link.href);
  });
})();
