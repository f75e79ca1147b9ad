// How long until the round opens or closes, beside the moment that the page says. By the phone's own
// clock: the page is the same for everybody, so it cannot say what time it is.
(function () {
  "use strict";
  var box = document.getElementById("countdown");
  if (!box) return;
  var words = JSON.parse(box.dataset.words), at = Number(box.dataset.at);

  function show() {
    var minutes = Math.floor((at - Date.now()) / 60000), days = Math.floor(minutes / 1440);
    var hours = Math.floor(minutes % 1440 / 60);
    box.hidden = minutes < 0;
    box.textContent = words[days ? "days" : hours ? "hours" : "minutes"]
      .replace("#d", days).replace("#h", hours).replace("#m", minutes % 60);
  }
  show();
  setInterval(show, 20000);
})();
