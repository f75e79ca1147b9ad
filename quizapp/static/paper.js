// The paper on a phone: taps are kept here at once, sent soon, and called saved only by the server.
// Before it come sheet.js, keeping.js, offer.js and clock.js.
(function () {
  "use strict";
  var form = document.getElementById("paper");
  if (!form || !window.fetch || !window.Promise || !window.offering) return;
  var words = JSON.parse(form.dataset.words);
  var sheet = answerSheet(form), questions = sheet.questions;
  var WORKING = 1, HANDING_IN = 2, HELD = 3, OVER = 4, state = WORKING;

  function byId(id) { return document.getElementById(id); }
  function listed(nodes) { return Array.prototype.slice.call(nodes); }
  function say(text, kind) { var box = byId("saved"); box.textContent = text; box.dataset.state = kind || ""; }
  function panel(title, text, link) {
    byId("end-title").textContent = title;
    byId("end-text").textContent = text;
    byId("end-go").hidden = !link;
    byId("end-go").textContent = link || "";
    if (!byId("end").hidden) return;
    byId("end").hidden = false;
    byId("end").focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  // -- What this phone keeps ----------------------------------------------------------------------------
  var shelf = keeping.shelf(form.dataset.id), isKept = false, seen = offering.known, unsent = {}, offer = {};
  var found = shelf.read();

  function keep() {
    return found.then(function () { return shelf.write({ op: op, values: seen, unsent: unsent, offer: offer }); })
      .then(function (done) { isKept = done !== null; });
  }
  // After a reload taps go on their way again; after another phone's turn the person is asked.
  function resume(kept) {
    if (state !== WORKING) return;
    offer = kept.offer;
    if (keeping.isOurs(kept, Number(form.dataset.op), offering.known)) {
      unsent = Object.assign({}, kept.unsent, unsent);
      sheet.fill(keeping.newest(unsent));
      seen = sheet.read(seen);
      isDirty = Object.keys(unsent).length > 0;
      go(firstOpen(), false);
    } else offer = keeping.offered(kept);
    op = Math.max(op, kept.op);
    askOffer();
    keep();
    send();
  }

  // -- Saving: each save carries all that is not confirmed, so the last one is enough ------------------
  var op = Number(form.dataset.op), isDirty = false, pending = null, flying = null, failures = 0, timer = 0, again = null;

  function changed() {
    if (state !== WORKING) return;
    var before = seen;
    seen = sheet.read(seen);
    count();
    if (!keeping.note(unsent, before, seen).length) return;
    isDirty = true;
    if (!failures) say("");
    settle(before);
    keep().then(function () { if (isDirty && !failures) say(isKept ? words.onPhone : words.waiting); });
    if (!timer || failures) schedule(1200);
  }
  function schedule(wait) {
    clearTimeout(timer);
    timer = setTimeout(function () { timer = 0; send(); }, wait);
  }
  function nextSave() {
    var values = keeping.newest(unsent), body = sheet.asSent(values, values);
    body.op = op += 1;
    return { op: op, values: values, body: JSON.stringify(body) };
  }
  function send(isUrgent) {
    if (state !== WORKING || (flying && !isUrgent)) return;
    if (isDirty) {
      pending = nextSave();
      isDirty = false;
      keep();
    } else if (flying) return;
    if (!pending) return;
    var sent = flying = pending;
    if (!failures) say(words.saving);
    ask("PUT", form.dataset.save, sent.body).then(function (reply) { landed(sent); taken(sent, reply); })
      .catch(function (error) { landed(sent); failed(sent, error); });
  }
  function landed(sent) { if (flying === sent) flying = null; }
  function taken(sent, reply) {
    if (state !== WORKING) return;
    if (reply.status === 410) return finished();
    if (isHeld(reply)) return heldElsewhere(reply.body);
    if (sent !== pending) return;
    if (reply.status === 200 && reply.body.op === sent.op) {
      failures = 0;
      pending = null;
      keeping.confirm(unsent, sent.values);
      keep();
      byId("end").hidden = true;
      return isDirty ? send() : say(words.saved, "ok");
    }
    if (reply.status === 409) { op = Math.max(op, Number(reply.body.op) || 0); isDirty = true; return send(); }
    if (!isFinal(reply)) throw new Error("reply " + reply.status);
    isDirty = true;
    say(words.refused, "off");
    panel(words.refused, reply.body.error, words.reload);
  }
  function failed(sent, error) {
    if (state !== WORKING || sent !== pending) return;
    failures += 1;
    say(trouble(error), "off");
    schedule(Math.min(15000, 1500 * failures) * (0.7 + Math.random() * 0.6));
  }
  function trouble(error) {
    if (!isKept) return words.doNotClose;
    return error && error.isCutOff ? words.offline : words.notSent;
  }
  function isHeld(reply) { return reply.status === 409 && reply.body.saved === "held"; }
  function isFinal(reply) { return reply.status >= 400 && reply.status < 500 && [408, 425, 429].indexOf(reply.status) < 0 && reply.body.error; }

  // A captive portal answers 200 with a page of its own: only our JSON counts as an answer.
  // `keepalive` lets a save arrive although the page is being closed.
  function ask(method, url, body) {
    var stop = window.AbortController ? new AbortController() : null, began = Date.now();
    var limit = setTimeout(function () { if (stop) stop.abort(); }, 10000);
    return fetch(url, {
      method: method, body: body, credentials: "same-origin", keepalive: true, signal: stop ? stop.signal : undefined,
      headers: { "Content-Type": "application/json", "Accept": "application/json" }
    }).then(function (response) {
      return response.json().then(function (json) {
        clearTimeout(limit);
        if (!json || typeof json !== "object") throw new Error("not ours");
        clock.learn(json, began);
        byId("until").textContent = new Date(clock.deadline + 7 * 3600000).toISOString().slice(11, 19);  // Vietnam's time
        return { status: response.status, body: json };
      });
    }, function (error) {
      clearTimeout(limit);
      error.isCutOff = true;
      throw error;
    });
  }

  // -- Another phone's turn: nothing of this one is merged or dropped but by the person -----------------
  function heldElsewhere(body) {
    var isNews = state !== HELD;
    state = HELD;
    clearTimeout(timer);
    offer = keeping.offered({ offer: offer, unsent: unsent });
    unsent = {};
    seen = sheet.asHere(body);
    sheet.fill(seen);
    count();
    listed(form.querySelectorAll("input")).forEach(function (field) { field.disabled = true; });
    form.hidden = false;
    byId("submit").hidden = true;
    say(words.held, "off");
    panel(words.held, words.heldLong, words.takeBack);
    go(current, false);
    keep().then(function () { offering.tell(offer, seen, isKept); });
    if (isNews) tick();
  }
  // Whose paper is it now? Asked with a save of nothing, under a number that replaces no other.
  function lookAgain() {
    ask("PUT", form.dataset.save, JSON.stringify({ op: 1, answers: {} })).then(function (reply) {
      if (reply.status === 410) return finished();
      if (isHeld(reply)) return heldElsewhere(reply.body);
      if (reply.status !== 200 && reply.status !== 409) throw new Error("reply " + reply.status);
      location.reload();
    }).catch(function (error) { if (state === HANDING_IN) later(error, deliver); });
  }
  function askOffer() {
    offering.ask(offer, seen, questions);
  }
  // A new tap on a question decides about what was offered for it.
  function settle(before) {
    Object.keys(offer).forEach(function (position) { if (seen[position] !== before[position]) delete offer[position]; });
    askOffer();
  }
  function decide(chosen) {
    if (state === HELD) { offer = {}; keep(); return offering.tell(offer, seen, isKept); }
    sheet.fill(chosen);
    offer = {};
    changed();
    askOffer();
    keep();
    go(current, true);
  }
  function finished() {
    state = OVER;
    shelf.forget().then(function () { location.replace(form.dataset.result); });
  }

  // -- The time left ------------------------------------------------------------------------------------
  var clock = serverClock(Number(form.dataset.now), Number(form.dataset.deadline), "paused" in form.dataset), told = {}, beat = 0, patience = 0;

  function tick() {
    clearTimeout(beat);
    if (clock.hasJumped()) askTheTime();
    waitForTheRound();
    var left = clock.left(), seconds = Math.ceil(left / 1000), box = byId("left");
    if (clock.isSure) box.textContent = Math.floor(seconds / 60) + ":" + ("0" + seconds % 60).slice(-2);
    if (seconds <= 60 && clock.isSure) box.parentNode.dataset.low = ""; else delete box.parentNode.dataset.low;
    if (clock.isSure && state === WORKING) announce(seconds);
    if (left > 0 || !clock.isSure) return beat = setTimeout(tick, 250);
    if (state === WORKING) timeIsUp();
    if (state === HELD) { lookAgain(); beat = setTimeout(tick, 5000); }
  }
  // A pause ends for everybody at once: each phone asks now and then, at a moment of its own.
  function waitForTheRound() {
    var text = clock.isPaused ? words.paused : "";
    if (byId("paused").textContent !== text) byId("paused").textContent = text;
    if (clock.isPaused && !patience) patience = setTimeout(function () { patience = 0; if (clock.isPaused) askTheTime(); }, 15000 + Math.random() * 15000);
  }
  function askTheTime() {
    if (state === HELD) return lookAgain();
    isDirty = true;
    send(true);
  }
  function announce(seconds) {
    [300, 60, 30].forEach(function (mark) {
      if (seconds <= mark && seconds > mark - 5 && !told[mark]) { told[mark] = true; remind(words["left" + mark]); }
    });
  }
  // The box is always there, empty: screen readers say what changes in it, not what appears with it.
  function remind(text) {
    var box = byId("said");
    box.textContent = text;
    setTimeout(function () { box.textContent = ""; }, 8000);
  }

  // -- Handing in: asked again until the server answers ----------------------------------------------
  function leaveTheQuestions(title) {
    state = HANDING_IN;
    clearTimeout(timer);
    timer = 0;
    form.hidden = byId("offer").hidden = true;
    say("");
    panel(title, words.submitting);
  }
  function handIn() {
    if (state !== WORKING) return;
    leaveTheQuestions(words.submittingTitle);
    deliver();
  }
  // Somebody may have given more time since the last save: the server is asked before it is over.
  function timeIsUp() {
    leaveTheQuestions(words.timeUp);
    askForTime();
  }
  function askForTime() {
    var sent = nextSave();
    ask("PUT", form.dataset.save, sent.body).then(function (reply) {
      if (reply.status === 410) return finished();
      if (isHeld(reply)) return heldElsewhere(reply.body);
      if (reply.status === 409) { op = Math.max(op, Number(reply.body.op) || 0); return askForTime(); }
      if (reply.status !== 200 || reply.body.op !== sent.op) throw new Error("reply " + reply.status);
      pending = null;
      isDirty = false;
      keeping.confirm(unsent, sent.values);
      if (clock.left() < 500) return deliver();
      state = WORKING;
      form.hidden = false;
      byId("end").hidden = true;
      say(words.saved, "ok");
      askOffer();
      told = {};
      tick();
    }).catch(function (error) { later(error, askForTime); });
  }
  function deliver() {
    ask("POST", form.action, JSON.stringify(sheet.asSent(seen, unsent))).then(function (reply) {
      if (reply.status === 200 && reply.body.result) { form.dataset.result = reply.body.result; return finished(); }
      if (reply.status === 409) return lookAgain();
      if (!isFinal(reply)) throw new Error("reply " + reply.status);
      panel(words.notSubmitted, reply.body.error, words.reload);
    }).catch(function (error) { later(error, deliver); });
  }
  function later(error, act) {
    say(trouble(error), "off");
    if (clock.left() > 0) panel(words.submitLaterTitle, words.submitLater);
    else panel(words.timeUp, Object.keys(unsent).length ? words.tooLate : words.allSaved);
    again = act;
    timer = setTimeout(retry, 2000 + Math.random() * 3000);
  }
  function retry() {
    var act = again;
    clearTimeout(timer);
    again = null;
    if (act) act();
  }

  // -- One question at a time, with a grid of all ------------------------------------------------------
  var current = 0, grid = [];
  function go(index, isByHand) {
    current = Math.max(0, Math.min(questions.length - 1, index));
    var isLast = current === questions.length - 1;
    questions.forEach(function (box, at) { box.hidden = at !== current; });
    grid.forEach(function (button, at) {
      if (at === current) button.setAttribute("aria-current", "step"); else button.removeAttribute("aria-current");
    });
    byId("back").disabled = current === 0;
    byId("next").hidden = isLast && state === WORKING;
    byId("next").disabled = isLast;
    byId("review").hidden = !isLast || state !== WORKING;
    if (!isByHand) return;
    window.scrollTo(0, 0);
    questions[current].focus({ preventScroll: true });
  }
  function count() {
    var open = questions.filter(function (box) { return !sheet.isAnswered(box); });
    var answered = questions.filter(function (box) { return !sheet.isPrediction(box) && sheet.isAnswered(box); }).length;
    questions.forEach(function (box, at) {
      var isDone = open.indexOf(box) < 0;
      if (isDone) grid[at].dataset.done = ""; else delete grid[at].dataset.done;
      grid[at].setAttribute("aria-label", nameOf(box, at) + (isDone ? ", " + words.answered : ""));
    });
    if (sheet.prediction) {
      byId("prediction-error").hidden = !isNaN(sheet.predicted());
      sheet.prediction.setAttribute("aria-invalid", String(isNaN(sheet.predicted())));
    }
    byId("done").textContent = byId("bar").value = answered;
    byId("submit").classList.toggle("plain", open.length > 0);
    return open;
  }
  function nameOf(box, at) { return sheet.isPrediction(box) ? words.predictionName : words.question + " " + (at + 1); }
  function button(box, at, act) {
    var item = document.createElement("li"), made = document.createElement("button");
    made.type = "button";
    made.textContent = sheet.isPrediction(box) ? "?" : at + 1;
    made.setAttribute("aria-label", nameOf(box, at));
    made.addEventListener("click", act);
    item.appendChild(made);
    return item;
  }
  function firstOpen() {
    var open = count();
    return open.length ? questions.indexOf(open[0]) : questions.length - 1;
  }

  // -- The last look -------------------------------------------------------------------------------------
  var sure = byId("sure");
  function review() {
    var open = count(), list = document.createElement("ol");
    list.className = "grid";
    open.forEach(function (box) {
      var at = questions.indexOf(box);
      list.appendChild(button(box, at, function () { close(); go(at, true); }));
    });
    byId("sure-missing").textContent = "";
    if (open.length) byId("sure-missing").appendChild(list);
    byId("sure-text").textContent = (open.length ? words.missing.replace("#", open.length) : words.complete) +
      (keeping.undecided(offer, seen).length ? " " + words.undecided : "");
    byId("sure-yes").classList.toggle("plain", open.length > 0);
    byId("sure-no").classList.toggle("plain", open.length === 0);
    if (sure.showModal) sure.showModal(); else { sure.setAttribute("open", ""); sure.scrollIntoView(); }
    byId(open.length ? "sure-no" : "sure-yes").focus();
  }
  function close() { if (sure.close) sure.close(); else sure.removeAttribute("open"); }

  // -- Begin -----------------------------------------------------------------------------------------------
  var all = document.createElement("ol");
  all.className = "grid";
  questions.forEach(function (box, at) { all.appendChild(button(box, at, function () { go(at, true); })); });
  grid = listed(all.querySelectorAll("button"));
  byId("grid").appendChild(all);
  byId("grid").hidden = byId("turn").hidden = false;
  byId("left").parentNode.querySelector("small").textContent = words.left;
  byId("back").addEventListener("click", function () { go(current - 1, true); });
  byId("next").addEventListener("click", function () { go(current + 1, true); });
  byId("review").addEventListener("click", review);
  byId("sure-yes").addEventListener("click", function () { close(); handIn(); });
  byId("sure-no").addEventListener("click", close);
  byId("offer-use").addEventListener("click", function () { decide(offering.ticked(offer)); });
  byId("offer-drop").addEventListener("click", function () { decide({}); });
  form.addEventListener("change", changed);
  if (sheet.prediction) sheet.prediction.addEventListener("input", changed);
  form.addEventListener("submit", function (event) { event.preventDefault(); review(); });
  window.addEventListener("online", function () {
    if (state === HELD) lookAgain(); else if (state === HANDING_IN) retry(); else send();
  });
  window.addEventListener("pagehide", function () { send(true); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
  document.addEventListener("visibilitychange", function () {
    var isHidden = document.visibilityState === "hidden";
    if (state === HELD && !isHidden) lookAgain(); else send(isHidden);
  });

  go(firstOpen(), false);
  tick();
  found.then(function (kept) {
    isKept = kept !== null;
    changed();  // taps from before this script came, and what a refused form brought back
    if (kept && kept.value) resume(kept.value);
  });
})();
