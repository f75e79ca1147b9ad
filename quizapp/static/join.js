// Units that fit what is typed, as it is typed; before, those chosen lately on this phone. What was
// typed on it to join another contest is filled in by one tap.
// Without this script the "find" button finds units.
(function () {
  "use strict";
  var text = document.getElementById("unit_text"), box = document.getElementById("units");
  var said = document.getElementById("units-said"), unit = document.getElementById("unit");
  if (!unit || !window.fetch || !window.recent) return;
  var words = JSON.parse(unit.dataset.words), find = unit.querySelector("button[name=find]");
  var asked = 0, timer = 0;
  // Taken out, not hidden: a form's first button is what the Enter key of a keyboard presses.
  find.remove();

  function choice(code, name) {
    var label = document.createElement("label"), input = document.createElement("input"), shown = document.createElement("span");
    label.className = "pick";
    input.type = "radio";
    input.name = "unit";
    input.value = code;
    shown.textContent = name;
    label.appendChild(input);
    label.appendChild(shown);
    box.appendChild(label);
    return input;
  }
  function chosen() { return box.querySelector("input:checked"); }
  function nameOf(input) { return input.parentNode.textContent.trim(); }
  function clear() { box.textContent = said.textContent = ""; }
  function show(units) {
    clear();
    units.forEach(function (one) { choice(one.code, one.name); });
    if (units.length) choice("", words.own);
    said.textContent = units.length ? words.some.replace("#", units.length) : words.none;
  }
  function showRecent() {
    var units = recent.units();
    clear();
    units.forEach(function (one) { choice(one.code, one.name); });
    if (units.length) said.textContent = words.recent;
  }
  function look() {
    var query = text.value.trim(), mine = ++asked;
    if (query.length < 2) return showRecent();
    fetch(unit.dataset.units + (unit.dataset.units.indexOf("?") < 0 ? "?" : "&") + "q=" + encodeURIComponent(query), { credentials: "omit" })
      .then(function (response) { return response.json(); })
      .then(function (units) { if (mine === asked) show(units); })
      .catch(function () { if (mine === asked) text.parentNode.after(find); });
  }
  text.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(look, 250); });
  box.addEventListener("change", function (event) {
    said.textContent = event.target.value ? words.chosen + " " + nameOf(event.target) : "";
  });
  if (!box.querySelector("input")) look();

  // -- Who joined here before ---------------------------------------------------------------------
  var form = byId("join"), known = byId("known"), person = recent.person();
  var fields = ["name", "phone", "birth_year"].map(byId).filter(Boolean);

  function byId(id) { return document.getElementById(id); }
  function isEmpty() { return fields.every(function (field) { return !field.value; }); }
  function masked(phone) { return "…" + phone.replace(/\D/g, "").slice(-3); }

  if (location.hash === "#new") {
    recent.forgetPerson();
  } else if (person && person.name && isEmpty() && location.hash !== "#other") {
    byId("known-who").textContent = person.name + ", " + masked(person.phone || "");
    byId("known-unit").textContent = person.unit ? person.unit.name : person.unit_text || "";
    known.hidden = false;
  }
  byId("known-use").addEventListener("click", function () {
    fields.forEach(function (field) { field.value = person[field.id] || ""; });
    if (!(chosen() && chosen().value)) {
      text.value = person.unit_text || "";
      clear();
      if (person.unit) {
        choice(person.unit.code, person.unit.name).checked = true;
        said.textContent = words.chosen + " " + person.unit.name;
      }
    }
    known.hidden = true;
    byId("pin").focus();
  });
  byId("known-drop").addEventListener("click", function () {
    recent.forgetPerson();
    known.hidden = true;
    byId("name").focus();
  });
  form.addEventListener("submit", function () {
    var kept = {}, unit = chosen();
    fields.forEach(function (field) { kept[field.id] = field.value.trim(); });
    if (unit && unit.value) {
      kept.unit = { code: unit.value, name: nameOf(unit) };
      recent.addUnit(kept.unit);
    } else kept.unit_text = text.value.trim();
    recent.keepPerson(kept);
  });
})();
