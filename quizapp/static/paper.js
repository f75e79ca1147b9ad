// The paper on a phone: taps are kept here at once, sent soon, and called saved only by the server.
(function () {
  "use strict";
  var form = document.getElementById("paper");
  if (!form || !window.fetch || !window.Promise) return;
  var words = JSON.parse(form.dataset.words);
  var prediction = byId("prediction");
  var questions = listed(form.querySelectorAll(".q"));
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

  // -- What is answered ---------------------------------------------------------------------------
  function isPrediction(box) { return prediction !== null && box.contains(prediction); }
  function predicted() {
    var digits = prediction.value.replace(/[\s.,]/g, "");
    if (!digits) return null;
    return /^\d{1,9}$/.test(digits) ? Number(digits) : NaN;
  }
  function isAnswered(box) {
    return isPrediction(box) ? predicted() !== null && !isNaN(predicted()) : box.querySelector("input:checked") !== null;
  }
  function sheet() {
    var all = { answers: {} };
    questions.forEach(function (box, index) {
      var chosen = box.querySelector("input:checked");
      if (chosen) all.answers[index + 1] = chosen.value;
    });
    // A number that cannot be read is not sent: what the server has stays.
    if (prediction && !isNaN(predicted())) all.prediction = predicted();
    return all;
  }
  function show(stored) {
    questions.forEach(function (box, index) {
      listed(box.querySelectorAll("[type=radio]")).forEach(function (input) {
        input.checked = input.value === stored.answers[index + 1];
      });
    });
    if (prediction && stored.prediction) prediction.value = stored.prediction;
  }

  // -- What this phone keeps: survives a reload, a killed tab and a lost network --------------------
  var isKept = false;
  var shelf = new Promise(function (resolve) {
    try {
      var request = indexedDB.open("quizapp", 1);
      request.onupgradeneeded = function () { request.result.createObjectStore("papers"); };
      request.onsuccess = function () { resolve(request.result); };
      request.onerror = request.onblocked = function () { resolve(null); };
    } catch (error) { resolve(null); }
  });
  function onShelf(mode, act) {
    return shelf.then(function (db) {
      return db && new Promise(function (resolve) {
        try {
          var turn = db.transaction("papers", mode), request = act(turn.objectStore("papers"));
          turn.oncomplete = function () { resolve({ value: request.result }); };
          turn.onerror = turn.onabort = function () { resolve(null); };
        } catch (error) { resolve(null); }
      });
    });
  }
  function keep() {
    var paper = { sheet: sheet(), op: op, isUnsent: isDirty || pending !== null };
    return onShelf("readwrite", function (papers) { return papers.put(paper, form.dataset.id); })
      .then(function (done) { isKept = done !== null; });
  }
  function forget() { return onShelf("readwrite", function (papers) { return papers.delete(form.dataset.id); }); }

  // -- Saving: each save carries the whole sheet under a new number, so the last one is enough -------
  var op = Number(form.dataset.op), isDirty = false, pending = null, flying = null, failures = 0, timer = 0, again = null;

  function changed() {
    if (state !== WORKING) return;
    isDirty = true;
    count();
    keep().then(function () { if (isDirty && !failures) say(isKept ? words.onPhone : words.waiting); });
    if (!timer || failures) schedule(1200);
  }
  function schedule(wait) {
    clearTimeout(timer);
    timer = setTimeout(function () { timer = 0; send(); }, wait);
  }
  function send(isUrgent) {
    if (state !== WORKING || (flying && !isUrgent)) return;
    if (isDirty) {
      op += 1;
      var body = sheet();
      body.op = op;
      pending = { op: op, body: JSON.stringify(body) };
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
    if (reply.status === 409 && reply.body.saved === "held") return heldElsewhere(reply.body);
    if (sent !== pending) return;
    if (reply.status === 200 && reply.body.op === sent.op) {
      failures = 0;
      pending = null;
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
  function isFinal(reply) { return reply.status >= 400 && reply.status < 500 && [408, 425, 429].indexOf(reply.status) < 0 && reply.body.error; }

  function heldElsewhere(body) {
    state = HELD;
    if (body.answers) { show(body); count(); }
    listed(form.querySelectorAll("input")).forEach(function (field) { field.disabled = true; });
    form.hidden = false;
    byId("submit").hidden = true;
    say(words.held, "off");
    forget();
    panel(words.held, words.heldLong, words.takeBack);
    go(current, false);
  }
  function finished() {
    state = OVER;
    forget().then(function () { location.replace(form.dataset.result); });
  }

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
        learnTime(json, began);
        return { status: response.status, body: json };
      });
    }, function (error) {
      clearTimeout(limit);
      error.isCutOff = true;
      throw error;
    });
  }

  // -- The server's clock: the phone's own may be wrong, or be set while the paper runs --------------
  var deadline = Number(form.dataset.deadline), bestTrip = Infinity;
  var skew = Number(form.dataset.now) - (Date.now() - pageAge());
  var lastWall = Date.now(), lastTick = performance.now(), isSure = true, told = {};

  function pageAge() {
    var entry = performance.getEntriesByType && performance.getEntriesByType("navigation")[0];
    var age = entry ? performance.now() - entry.responseStart : 0;
    return age > 0 && age < 30000 ? age : 0;
  }
  function learnTime(body, began) {
    var trip = Date.now() - began;
    if (typeof body.now !== "number" || trip < 0 || trip > 10000) return;
    if (!isSure || trip <= bestTrip) { bestTrip = trip; skew = body.now - (began + trip / 2); }
    isSure = true;
    if (typeof body.deadline !== "number" || body.deadline === deadline) return;
    deadline = body.deadline;
    byId("until").textContent = new Date(deadline + 7 * 3600000).toISOString().slice(11, 19);  // Vietnam's time
  }
  // After a sleep, or when somebody set the clock, nothing ends before the server said what time it is.
  function mindJumps() {
    var wall = Date.now(), ticks = performance.now();
    if (Math.abs(wall - lastWall - (ticks - lastTick)) > 2000) { isSure = false; isDirty = true; send(true); }
    lastWall = wall;
    lastTick = ticks;
  }
  function tick() {
    mindJumps();
    var rest = Math.max(0, deadline - (Date.now() + skew)), seconds = Math.ceil(rest / 1000), box = byId("left");
    if (isSure) box.textContent = Math.floor(seconds / 60) + ":" + ("0" + seconds % 60).slice(-2);
    if (seconds <= 60 && isSure) box.parentNode.dataset.low = ""; else delete box.parentNode.dataset.low;
    [300, 60, 30].forEach(function (mark) {
      if (seconds <= mark && seconds > mark - 5 && !told[mark]) { told[mark] = true; remind(words["left" + mark]); }
    });
    if (rest > 0 || !isSure || state === HELD) return setTimeout(tick, 250);
    if (state === WORKING) timeIsUp();
  }
  function remind(text) {
    var box = byId("said");
    box.hidden = false;
    box.textContent = text;
    setTimeout(function () { box.hidden = true; }, 8000);
  }

  // -- Handing in: asked again until the server answers ----------------------------------------------
  function leaveTheQuestions(title) {
    state = HANDING_IN;
    clearTimeout(timer);
    timer = 0;
    form.hidden = true;
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
    var body = sheet();
    op += 1;
    body.op = op;
    ask("PUT", form.dataset.save, JSON.stringify(body)).then(function (reply) {
      if (reply.status === 410) return finished();
      if (reply.status === 409 && reply.body.saved === "held") return heldElsewhere(reply.body);
      if (reply.status === 409) { op = Math.max(op, Number(reply.body.op) || 0); return askForTime(); }
      if (reply.status !== 200 || reply.body.op !== body.op) throw new Error("reply " + reply.status);
      pending = null;
      isDirty = false;
      if (deadline - (Date.now() + skew) < 500) return deliver();
      state = WORKING;
      form.hidden = false;
      byId("end").hidden = true;
      say(words.saved, "ok");
      told = {};
      tick();
    }).catch(function (error) { later(error, words.timeUp, askForTime); });
  }
  function deliver() {
    ask("POST", form.action, JSON.stringify(sheet())).then(function (reply) {
      if (reply.status === 200 && reply.body.result) { form.dataset.result = reply.body.result; return finished(); }
      if (reply.status === 409) return heldElsewhere(reply.body);
      if (!isFinal(reply)) throw new Error("reply " + reply.status);
      panel(words.notSubmitted, reply.body.error, words.reload);
    }).catch(function (error) { later(error, words.submitLaterTitle, deliver); });
  }
  function later(error, title, act) {
    say(trouble(error), "off");
    panel(title, words.submitLater);
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
    var open = questions.filter(function (box) { return !isAnswered(box); });
    var answered = questions.filter(function (box) { return !isPrediction(box) && isAnswered(box); }).length;
    questions.forEach(function (box, at) {
      var isDone = open.indexOf(box) < 0;
      if (isDone) grid[at].dataset.done = ""; else delete grid[at].dataset.done;
      grid[at].setAttribute("aria-label", nameOf(box, at) + (isDone ? ", " + words.answered : ""));
    });
    if (prediction) {
      byId("prediction-error").hidden = !isNaN(predicted());
      prediction.setAttribute("aria-invalid", String(isNaN(predicted())));
    }
    byId("done").textContent = byId("bar").value = answered;
    byId("submit").classList.toggle("plain", open.length > 0);
    return open;
  }
  function nameOf(box, at) { return isPrediction(box) ? words.predictionName : words.question + " " + (at + 1); }
  function button(box, at, act) {
    var item = document.createElement("li"), made = document.createElement("button");
    made.type = "button";
    made.textContent = isPrediction(box) ? "?" : at + 1;
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
    byId("sure-text").textContent = open.length ? words.missing.replace("#", open.length) : words.complete;
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
  form.addEventListener("change", changed);
  if (prediction) prediction.addEventListener("input", changed);
  form.addEventListener("submit", function (event) { event.preventDefault(); review(); });
  window.addEventListener("online", function () {
    if (state === HANDING_IN) retry(); else send();
  });
  window.addEventListener("pagehide", function () { send(true); });
  document.addEventListener("visibilitychange", function () { send(document.visibilityState === "hidden"); });

  go(firstOpen(), false);
  tick();
  onShelf("readonly", function (papers) { return papers.get(form.dataset.id); }).then(function (found) {
    var stored = found && found.value;
    isKept = found !== null;
    // Saves that came after these taps, from another phone, are newer: those stay.
    if (!stored || !stored.isUnsent || stored.op < Number(form.dataset.op) || state !== WORKING) return;
    show(stored.sheet);
    op = Math.max(op, stored.op);
    isDirty = true;
    go(firstOpen(), false);
    send();
  });
})();
