// Keeps a draft as it is typed: sent two seconds after the last key, at once when the page hides.
"use strict";
(() => {
  const form = document.getElementById("draft"), told = document.getElementById("draft-saved");
  const seen = form.elements.seen;
  let timer = 0, busy = false, dirty = false, stopped = false, waiting = null;
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
  const save = async () => {
    if (busy || stopped || !dirty) return;
    busy = true; dirty = false;
    say(form.dataset.saving, "");
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: {Accept: "application/json"},
      });
      const found = await answer.json();
      if (answer.ok) {
        seen.value = found.seen;
        for (const [place, part] of Object.entries(found.parts)) {
          const shown = document.getElementById(place);
          if (shown && !shown.contains(document.activeElement)) shown.innerHTML = part;
        }
        mark(found.problems);
        say(form.dataset.saved, "ok");
      } else { stopped = true; say(found.error, "off"); }
    } catch { dirty = true; say(form.dataset.off, "off"); later(5000); }
    busy = false;
    if (waiting) waiting();
    else if (dirty) later(2000);
  };
  form.addEventListener("input", event => {
    form.dataset.touched += `${event.target.name.split(":")[0]}|`;
    dirty = true;
    if (!stopped) later(2000);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  form.addEventListener("submit", event => {
    stopped = true;
    clearTimeout(timer);
    if (!busy || waiting) return;
    // What is under way changes the draft: the form is sent when it has been told so.
    event.preventDefault();
    waiting = () => form.requestSubmit(event.submitter);
  });
})();
