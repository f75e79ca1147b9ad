// Units that fit what is typed, as it is typed. Without this script the "find" button does it.
(function () {
  "use strict";
  var text = document.getElementById("unit_text"), box = document.getElementById("units");
  var said = document.getElementById("units-said"), unit = document.getElementById("unit");
  if (!unit || !window.fetch) return;
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
  function clear() { box.textContent = said.textContent = ""; }
  function show(units) {
    clear();
    units.forEach(function (one) { choice(one.code, one.name); });
    if (units.length) choice("", words.own);
    said.textContent = units.length ? words.some.replace("#", units.length) : words.none;
  }
  function look() {
    var query = text.value.trim(), mine = ++asked;
    if (query.length < 2) return clear();
    fetch(unit.dataset.units + (unit.dataset.units.indexOf("?") < 0 ? "?" : "&") + "q=" + encodeURIComponent(query), { credentials: "omit" })
      .then(function (response) { return response.json(); })
      .then(function (units) { if (mine === asked) show(units); })
      .catch(function () { if (mine === asked) text.parentNode.after(find); });
  }
  text.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(look, 250); });
  box.addEventListener("change", function (event) {
    said.textContent = event.target.value ? words.chosen + " " + event.target.parentNode.textContent.trim() : "";
  });
  if (!box.querySelector("input") && text.value) look();
})();
