// Plays an evening from a file: all is in the page, nobody is asked. By a clicker, as on a screen.
"use strict";
(() => {
  const TURN = 12000;
  const {scenes, mark: marked} = JSON.parse(document.body.dataset.played);
  const root = document.documentElement;
  const note = document.getElementById("note"), pageOf = document.getElementById("page"), mark = document.getElementById("mark");
  const last = at => scenes[at].bodies.length - 1;
  const [toldAt, toldStep] = location.hash.slice(1).split(".").map(Number);
  let at = scenes[toldAt] ? toldAt : 0, step = toldStep <= last(at) ? toldStep : 0;  // after a reload
  let page = 0, pages = 1, isTurning = true;

  const draw = () => {
    const {kind, bodies, as_of: asOf} = scenes[at], body = bodies[step];
    pages = Draw(kind, body, page);
    mark.textContent = marked;
    mark.hidden = !marked;
    note.textContent = [body.note, asOf].filter(Boolean).join(" · ");
    pageOf.textContent = pages > 1 ? `${page + 1}/${pages}` : "";
  };
  const go = (scene, place) => {
    at = scene; step = place; page = 0;
    draw();
    try { history.replaceState(null, "", `#${at}.${step}`); } catch { /* some browsers forbid it to files */ }
  };
  const next = () => step < last(at) ? go(at, step + 1) : at + 1 < scenes.length && go(at + 1, 0);
  const back = () => step > 0 ? go(at, step - 1) : at > 0 && go(at - 1, last(at - 1));
  const turn = by => { page = (page + by + pages) % pages; draw(); };
  const look = theme => { root.dataset.theme = theme; };
  const fill = () => { if (!document.fullscreenElement) root.requestFullscreen?.().catch(() => {}); };
  const keys = {
    PageDown: next, ArrowRight: next, " ": next, Enter: next,
    PageUp: back, ArrowLeft: back, Backspace: back,
    ArrowDown: () => turn(1), ArrowUp: () => turn(-1), Home: () => go(0, 0),
    l: () => look("light"), d: () => look("dark"), c: () => look("contrast"),
    p: () => { isTurning = !isTurning; }, f: fill,
  };
  let isFirst = true;
  addEventListener("keydown", event => {
    if (event.repeat || event.key === "Escape") return;
    if (isFirst) { isFirst = false; fill(); }
    const deed = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
  addEventListener("click", fill);
  addEventListener("resize", draw);
  setInterval(() => { if (isTurning && pages > 1) turn(1); }, TURN);
  draw();
})();
