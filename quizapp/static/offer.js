// Answers that had not arrived when another phone took the paper over: told, asked about one by one,
// never merged and never dropped without the person.
(function () {
  "use strict";
  var box = byId("offer");
  if (!box || !window.Promise || !window.keeping) return;
  var words = JSON.parse(box.dataset.words), known = JSON.parse(box.dataset.known);
  var drop = byId("offer-drop"), use = byId("offer-use"), list = byId("offer-list");

  function byId(id) { return document.getElementById(id); }
  function name(position) { return position > Number(box.dataset.questions) ? words.prediction : words.question + " " + position; }
  function short(value) { return value === null ? words.blank : String(value); }

  // Only tell which they are: this page cannot save.
  function tell(offer, values, isKept) {
    var open = keeping.undecided(offer, values);
    box.hidden = !open.length;
    list.textContent = "";
    use.hidden = true;
    drop.textContent = words.drop;
    byId("offer-text").textContent = words.told.replace("#", open.map(function (position) {
      return name(position) + ": " + short(offer[position]);
    }).join(", "));
    list.appendChild(line("p", isKept ? words.kept : words.writeDown));
  }

  // Let the person choose, question by question. What would fill a blank is ticked already.
  function ask(offer, values, questions) {
    var open = keeping.undecided(offer, values);
    box.hidden = !open.length;
    list.textContent = "";
    use.hidden = false;
    drop.textContent = words.keep;
    byId("offer-text").textContent = words.asked;
    open.forEach(function (position) {
      list.appendChild(choice(position, questions[position - 1], offer[position], values[position]));
    });
  }
  function choice(position, question, here, there) {
    var label = document.createElement("label"), tick = document.createElement("input"), text = document.createElement("span");
    label.className = "pick";
    tick.type = "checkbox";
    tick.value = position;
    tick.checked = there === null;
    text.appendChild(line("strong", name(position)));
    text.appendChild(line("small", question.querySelector("legend, .ask").lastChild.textContent));
    text.appendChild(line("span", words.here + " " + inFull(question, here)));
    text.appendChild(line("span", words.there + " " + inFull(question, there)));
    label.appendChild(tick);
    label.appendChild(text);
    return label;
  }
  function line(tag, text) {
    var made = document.createElement(tag);
    made.textContent = text;
    return made;
  }
  function inFull(question, value) {
    if (value === null || typeof value === "number") return short(value);
    return value.split("").map(function (letter) {
      return letter + ". " + question.querySelector("[value='" + letter + "']").parentNode.lastChild.textContent;
    }).join("; ");
  }
  function ticked(offer) {
    var chosen = {};
    list.querySelectorAll("input:checked").forEach(function (tick) { chosen[tick.value] = offer[tick.value]; });
    return chosen;
  }

  window.offering = { known: known, tell: tell, ask: ask, ticked: ticked };

  // -- The page of a paper that another phone holds ------------------------------------------------------
  if (byId("paper")) return;
  var shelf = keeping.shelf(box.dataset.id);
  shelf.read().then(function (found) {
    var kept = found && found.value;
    if (!kept) return;
    kept.offer = keeping.offered(kept);
    kept.unsent = {};
    shelf.write(kept);
    tell(kept.offer, known, true);
  });
  drop.addEventListener("click", function () { shelf.forget().then(function () { box.hidden = true; }); });
})();
