// Before the tap that starts: the exact end as the minutes pass, by the server's clock; the page is
// asked for anew when the round opens or closes. Without this script it tells the end as it was sent.
(function () {
  "use strict";
  var box = document.getElementById("fit") || document.getElementById("wait");
  if (!box || !window.serverClock) return;
  var said = box.dataset, closes = Number(said.closes), clock = serverClock(Number(said.now), closes);
  var ends = document.getElementById("ends"), tooShort = document.getElementById("short");

  function now() { return closes - clock.left(); }
  function show() {
    var at = now(), end = Math.min(at + Number(said.limit), closes) + Number(said.extra);
    if (!ends) { if (at >= Number(said.opens)) again(); return; }
    if (at >= closes) return again();
    ends.textContent = new Date(end + 7 * 3600000).toISOString().slice(11, 16);  // Vietnam's time
    tooShort.hidden = end - at >= Number(said.limit);
    box.classList.toggle("warn", !tooShort.hidden);
  }
  // Not everybody at the same moment, and not again at once when this clock runs before the server's.
  function again() {
    clearInterval(timer);
    setTimeout(function () { location.reload(); }, 500 + Math.random() * 4000);
  }
  var timer = setInterval(show, 1000);
})();
