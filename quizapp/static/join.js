// Units that fit what is typed, as it is typed. Without this script the "find" button does it.
(function () {
  "use strict";
  var text = document.getElementById("unit_text"), box = document.getElementById("units");
  var said = document.getElementById("units-said");
  var holder = text && text.closest("[data-units]");
  if (!holder || !window.fetch) return;
  var find = holder.querySelector("button[name=find]"), none = box.querySelector('input[value=""]');
  var asked = 0, timer = 0;
  find.hidden = true;

  function choice(unit) {
    var label = document.createElement("label"), input = document.createElement("input"), name = document.createElement("span");
    label.className = "pick";
    input.type = "radio";
    input.name = "unit";
    input.value = unit.code;
    name.textContent = unit.name;
    label.append(input, name);
    return label;
  }
  function show(units) {
    box.replaceChildren.apply(box, units.map(choice));
    said.textContent = units.length ? "" : holder.dataset.none;
  }
  function look() {
    var query = text.value.trim(), mine = ++asked;
    if (query.length < 2) { box.replaceChildren(); said.textContent = ""; return; }
    fetch(holder.dataset.units + (holder.dataset.units.indexOf("?") < 0 ? "?" : "&") + "q=" + encodeURIComponent(query), { credentials: "omit" })
      .then(function (response) { return response.json(); })
      .then(function (units) { if (mine === asked) show(units); })
      .catch(function () { find.hidden = false; });
  }
  text.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(look, 250); });
  box.addEventListener("change", function (event) {
    var name = event.target.parentNode.querySelector("span");
    if (event.target.value && name) said.textContent = "✓ " + name.textContent;
  });
  if (!none && text.value) look();
})();
