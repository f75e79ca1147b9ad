// The paper on a phone: taps are kept here at once, sent soon, and called saved only by the server.
(function () {
  "use strict";
  var form = document.getElementById("paper");
  if (!form || !window.fetch || !window.Promise) return;
  var words = JSON.parse(form.dataset.words);
  var deadline = Number(form.dataset.deadline);
  var skew = Number(form.dataset.now) - Date.now();
  var bestTrip = Infinity;
  var op = Number(form.dataset.op);
  var dirty = false, pending = null, busy = false, isOver = false, isHeld = true, failures = 0;
  var timer = 0, isSubmitting = false;
  var prediction = document.getElementById("prediction");
  var questions = Array.prototype.slice.call(form.querySelectorAll(".q"));
  var key = form.dataset.save;

  function byId(id) { return document.getElementById(id); }
  function say(words, state) { var box = byId("saved"); box.textContent = words; box.dataset.state = state; }
  function announce(text) { var box = byId("said"); box.textContent = text; box.hidden = !text; }

  // What this phone keeps: survives a reload, a killed tab and a lost network.
  var shelf = new Promise(function (resolve) {
    try {
      var request = indexedDB.open("quizapp", 1);
      request.onupgradeneeded = function () { request.result.createObjectStore("papers"); };
      request.onsuccess = function () { resolve(request.result); };
      request.onerror = function () { resolve(null); };
    } catch (error) { resolve(null); }
  });
  function keep() {
    var paper = { sheet: sheet(), op: op, pending: pending, isUnsent: dirty || pending !== null };
    return shelf.then(function (db) {
      if (!db) return;
      return new Promise(function (resolve) {
        var change = db.transaction("papers", "readwrite");
        change.objectStore("papers").put(paper, key);
        change.oncomplete = change.onerror = change.onabort = resolve;
      });
    });
  }
  function kept() {
    return shelf.then(function (db) {
      if (!db) return null;
      return new Promise(function (resolve) {
        var read = db.transaction("papers").objectStore("papers").get(key);
        read.onsuccess = function () { resolve(read.result || null); };
        read.onerror = function () { resolve(null); };
      });
    });
  }

  function sheet() {
    var answers = {};
    questions.forEach(function (box, index) {
      var chosen = box.querySelector("input:checked");
      if (chosen) answers[index + 1] = chosen.value;
    });
    var all = { answers: answers };
    if (prediction) {
      var digits = prediction.value.replace(/[\s.,]/g, "");
      if (/^\d{1,9}$/.test(digits)) all.prediction = Number(digits);
    }
    return all;
  }
  function show(stored) {
    Object.keys(stored.answers || {}).forEach(function (position) {
      var input = form.querySelector('input[name="q' + position + '"][value="' + stored.answers[position] + '"]');
      if (input) input.checked = true;
    });
    if (prediction && stored.prediction !== undefined) prediction.value = stored.prediction;
  }

  function changed() {
    dirty = true;
    say(words.onPhone, "");
    count();
    keep();
    clearTimeout(timer);
    timer = setTimeout(send, 1200);
  }

  function send(isLeaving) {
    if (busy || isOver || !isHeld) return;
    if (!pending) {
      if (!dirty) return;
      op += 1;
      var body = sheet();
      body.op = op;
      pending = { op: op, body: JSON.stringify(body) };
      dirty = false;
    }
    busy = true;
    if (!isLeaving) say(words.saving, "");
    var sent = pending, began = Date.now();
    keep();
    ask("PUT", form.dataset.save, sent.body, isLeaving === true).then(function (reply) {
      busy = false;
      learnTime(reply.body, began);
      if (reply.status === 200 && reply.body.op === sent.op) return taken();
      if (reply.status === 409 && reply.body.saved === "held") return heldElsewhere();
      if (reply.status === 409) { op = Math.max(op, reply.body.op); pending = null; dirty = true; return send(); }
      if (reply.status === 410) return finished();
      throw new Error("reply " + reply.status);
    }).catch(function () {
      busy = false;
      failures += 1;
      say(words.offline, "off");
      clearTimeout(timer);
      timer = setTimeout(send, Math.min(15000, 1500 * failures) * (0.7 + Math.random() * 0.6));
    });
  }
  function taken() {
    failures = 0;
    pending = null;
    keep();
    if (dirty) return send();
    say(words.saved, "ok");
  }
  function heldElsewhere() {
    isHeld = false;
    pending = null;
    say(words.held, "off");
    announce(words.heldLong);
    Array.prototype.forEach.call(form.elements, function (field) { if (field.type !== "hidden") field.disabled = true; });
  }
  function finished() {
    isOver = true;
    location.replace(form.dataset.result);
  }

  // A captive portal answers 200 with a page of its own: only our JSON counts as an answer.
  function ask(method, url, body, isLeaving) {
    var stop = window.AbortController ? new AbortController() : null;
    var limit = setTimeout(function () { if (stop) stop.abort(); }, 10000);
    var options = {
      method: method, body: body, credentials: "same-origin", keepalive: isLeaving,
      headers: { "Content-Type": "application/json", "Accept": "application/json" }
    };
    if (stop) options.signal = stop.signal;
    return fetch(url, options).then(function (response) {
      return response.json().then(function (json) {
        clearTimeout(limit);
        return { status: response.status, body: json };
      });
    });
  }
  function learnTime(body, began) {
    if (typeof body.now !== "number") return;
    var trip = Date.now() - began;
    if (trip <= bestTrip) { bestTrip = trip; skew = body.now - (began + trip / 2); }
    if (typeof body.deadline === "number") deadline = body.deadline;
  }

  function submit() {
    if (isOver || !isHeld) return;
    isSubmitting = true;
    byId("submit").disabled = true;
    say(words.submitting, "");
    ask("POST", form.action, JSON.stringify(sheet()), false).then(function (reply) {
      if (reply.status === 200 && reply.body.result) { isOver = true; location.replace(reply.body.result); return; }
      if (reply.status === 409) return heldElsewhere();
      throw new Error("reply " + reply.status);
    }).catch(function () {
      say(words.offline, "off");
      announce(words.submitLater);
      setTimeout(submit, 2000 + Math.random() * 3000);
    });
  }

  function left() { return Math.max(0, deadline - (Date.now() + skew)); }
  var told = {};
  function tick() {
    var rest = left(), seconds = Math.ceil(rest / 1000);
    var box = byId("left");
    box.textContent = Math.floor(seconds / 60) + ":" + ("0" + seconds % 60).slice(-2);
    if (seconds <= 60) box.dataset.low = "";
    [300, 60, 30].forEach(function (mark) {
      if (seconds <= mark && seconds > mark - 5 && !told[mark]) { told[mark] = true; announce(words["left" + mark]); }
    });
    if (rest > 0) return setTimeout(tick, 250);
    if (!isSubmitting) { announce(words.timeUp); submit(); }
  }

  // One question at a time, with a grid of all.
  var current = 0;
  function go(index, isByHand) {
    current = Math.max(0, Math.min(questions.length - 1, index));
    questions.forEach(function (box, at) { box.hidden = at !== current; });
    grid.forEach(function (button, at) {
      if (at === current) button.setAttribute("aria-current", "step"); else button.removeAttribute("aria-current");
    });
    byId("back").disabled = current === 0;
    byId("next").disabled = current === questions.length - 1;
    if (isByHand) {
      window.scrollTo(0, 0);
      var first = questions[current].querySelector("input:checked") || questions[current].querySelector("input");
      if (first) first.focus({ preventScroll: true });
    }
  }
  function count() {
    var answered = 0;
    questions.forEach(function (box, at) {
      var isDone = box.querySelector("input:checked") || (prediction && box.contains(prediction) && prediction.value.trim());
      if (isDone) grid[at].dataset.done = ""; else delete grid[at].dataset.done;
      if (isDone && box.querySelector("[type=radio]")) answered += 1;
    });
    byId("done").textContent = answered;
    return answered;
  }
  var list = document.createElement("ol");
  list.className = "grid";
  var grid = questions.map(function (box, at) {
    var item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.textContent = prediction && box.contains(prediction) ? "?" : at + 1;
    button.setAttribute("aria-label", prediction && box.contains(prediction) ? words.predictionName : words.question + " " + (at + 1));
    button.addEventListener("click", function () { go(at, true); });
    item.appendChild(button);
    list.appendChild(item);
    return button;
  });
  byId("grid").appendChild(list);
  byId("grid").hidden = byId("turn").hidden = false;
  byId("back").addEventListener("click", function () { go(current - 1, true); });
  byId("next").addEventListener("click", function () { go(current + 1, true); });

  form.addEventListener("change", changed);
  if (prediction) prediction.addEventListener("input", changed);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var sure = byId("sure"), total = form.querySelectorAll("fieldset.q").length, missing = total - count();
    if (!sure.showModal) return submit();
    byId("sure-text").textContent = missing ? words.missing.replace("#", missing) : words.complete;
    sure.showModal();
  });
  byId("sure-yes").addEventListener("click", function () { byId("sure").close(); submit(); });
  byId("sure-no").addEventListener("click", function () { byId("sure").close(); });
  window.addEventListener("online", function () { send(); });
  window.addEventListener("pagehide", function () { send(true); });
  document.addEventListener("visibilitychange", function () { send(document.visibilityState === "hidden"); });

  kept().then(function (stored) {
    if (stored && stored.isUnsent) {
      show(stored.sheet);
      op = Math.max(op, stored.op);
      pending = stored.pending;
      dirty = true;
      send();
    }
    count();
  });
  go(0, false);
  tick();
})();
