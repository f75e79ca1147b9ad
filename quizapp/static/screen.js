// A screen of a hall: follows the operator, moves by a clicker, and goes on with what it has when
// nobody answers. Plain http is enough: nothing here needs more than fetch and localStorage.
"use strict";
(() => {
  const EVERY = 2000, WAIT = 8000, TURN = 12000, LOST = 10000, STOOD = 60000;
  const {where: whereAt, part: partAt, step: stepAt} = document.body.dataset;
  const words = JSON.parse(document.body.dataset.words);
  const asked = new URLSearchParams(location.search).get("at");  // one state, or "next": a preview
  const kept = `screen ${whereAt}`;
  const clock = new Intl.DateTimeFormat("vi-VN", {hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Ho_Chi_Minh"});
  const note = document.getElementById("note"), pageOf = document.getElementById("page"), mark = document.getElementById("mark");
  const parts = new Map();  // id of a state → {digest, body}
  let where = null, position = 0, isByHand = false, page = 0, pages = 1, drawn = "";
  // told: the server's clock as it came last; heard, moved: when it came, and when it last moved.
  let told = 0, heard = 0, moved = 0, isTurning = true, isSending = false;
  let isGone = false;  // the link was renewed: the server is there, and knows this one no more
  let looks = 0, newest = 0;  // times it was asked; the last of them whose answer came

  const state = () => {
    if (!where) return undefined;
    if (asked && asked !== "next") return where.states.find(it => it.id === Number(asked));
    return where.states[asked ? position + 1 : position];
  };
  // A cache before the server may answer for a while: then the server's clock stands.
  const isLost = () => told !== 0 && (!heard || performance.now() - heard > LOST || performance.now() - moved > STOOD);

  // The network.
  const ask = async (address, options) => {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), WAIT);
    try {
      const answer = await fetch(address, {cache: "no-cache", signal: stop.signal, ...options});
      const text = await answer.text();  // a refusal too: left unread it would hold its connection
      const body = answer.ok ? JSON.parse(text) : null;
      return {body, status: answer.status};
    } catch { return {body: null}; } finally { clearTimeout(timer); }
  };
  const send = body => ask(stepAt, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)});
  const follow = found => {
    if (isByHand && found.moves === where.moves) return;  // nobody else moved: what is done here holds
    isByHand = false;
    position = Math.min(found.position, Math.max(found.states.length - 1, 0));
  };
  const look = async () => {
    const mine = ++looks, {body, status} = await ask(whereAt);
    if (status && mine > newest) isGone = status === 404;
    if (!body || isSending || mine < newest) return;
    newest = mine;
    follow(body);
    where = body;
    for (const one of where.states) {
      if (parts.get(one.id)?.digest === one.digest) continue;
      const found = await ask(partAt.replace("/0.json", `/${one.id}.json`));
      if (mine < newest) return;  // what a later look found is newer than this
      if (found.body) parts.set(one.id, {digest: one.digest, body: found.body});
    }
    for (const id of parts.keys()) if (!where.states.some(it => it.id === id)) parts.delete(id);
    heard = performance.now();
    if (body.at !== told) { told = body.at; moved = heard; }
    keep();
    if (isByHand) await push({position, moves: where.moves});
  };
  const push = async body => {
    if (isSending) return;
    isSending = true;
    const {body: found} = await send(body);
    isSending = false;
    if (!found) return;
    where.moves = found.moves;
    if (found.position === body.position && position !== body.position) {
      await push({position, moves: where.moves});  // a key was pressed meanwhile
      return;
    }
    isByHand = false;
    position = Math.min(found.position, where.states.length - 1);
  };
  const poll = async () => {
    await look();
    draw();
    setTimeout(poll, EVERY);
  };

  // What is kept over a reload.
  const keep = () => {
    try { localStorage.setItem(kept, JSON.stringify({where, position, told, parts: [...parts]})); } catch { /* a full or closed store changes nothing */ }
  };
  const recall = () => {
    try {
      const old = JSON.parse(localStorage.getItem(kept));
      if (!old) return;
      ({where, position, told} = old);
      for (const [id, one] of old.parts) parts.set(id, one);
    } catch { /* nothing that we wrote */ }
  };

  // What is shown.
  const draw = () => {
    const now = state();
    if (!now) return;
    document.documentElement.dataset.theme = where.theme;
    document.documentElement.dataset.aspect = where.aspect;
    mark.textContent = where.mark;
    mark.hidden = !where.mark;
    const part = parts.get(now.id), name = `${now.id} ${part?.digest} ${page} ${innerWidth}×${innerHeight}`;
    if (part && name !== drawn) {
      if (!drawn.startsWith(`${now.id} `)) page = 0;
      pages = Draw(now.kind, part.body, page);
      if (page >= pages) { page = 0; Draw(now.kind, part.body, page); }
      drawn = `${now.id} ${part.digest} ${page} ${innerWidth}×${innerHeight}`;
    }
    tell(now, part?.body || {});
  };
  const tell = (now, body) => {
    document.body.classList.toggle("lost", isGone || isLost());
    const lost = isGone ? words.gone : isLost() ? `${words.lost} ${clock.format(told)}` : "";
    const said = lost ? [lost, isByHand ? words.byhand : ""] : [body.note, where.frozen];
    const isPlain = ["join", "wait"].includes(now.kind) && !lost;
    note.textContent = isPlain ? "" : said.filter(Boolean).join(" · ");
    pageOf.textContent = pages > 1 ? `${page + 1}/${pages}` : "";
  };

  // The clicker.
  const canTell = () => {
    const now = state(), body = now && parts.get(now.id)?.body;
    return now?.kind === "reveal" && body && body.shown < body.places && !isGone && !isLost() && !isByHand;
  };
  const step = async by => {
    if (!where || asked) return;
    if (by > 0 && canTell()) {
      await push({position, moves: where.moves, reveal: parts.get(state().id).body.shown});
      await look();
    } else {
      const to = Math.min(Math.max(position + by, 0), where.states.length - 1);
      if (to === position) return;
      position = to; page = 0; isByHand = true;
      draw();
      await push({position, moves: where.moves});
    }
    draw();
  };
  const turn = by => { page = (page + by + pages) % pages; draw(); };
  const keys = {
    PageDown: () => step(1), ArrowRight: () => step(1), " ": () => step(1), Enter: () => step(1),
    PageUp: () => step(-1), ArrowLeft: () => step(-1), Backspace: () => step(-1),
    ArrowDown: () => turn(1), ArrowUp: () => turn(-1),
    p: () => { isTurning = !isTurning; }, f: () => fill(),
  };
  const fill = () => document.documentElement.requestFullscreen?.().catch(() => {});
  addEventListener("keydown", event => {
    if (event.repeat || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  if (!asked) addEventListener("click", () => { if (!document.fullscreenElement) fill(); });
  addEventListener("resize", draw);
  setInterval(() => { if (isTurning && pages > 1 && !asked) turn(1); }, TURN);
  setInterval(() => { if (state()) draw(); }, 1000);
  recall();
  draw();
  poll();
})();
