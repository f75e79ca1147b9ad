// The server's clock on a phone: the phone's own may be wrong, or be set while the paper runs.
(function () {
  "use strict";

  function pageAge() {
    var entry = performance.getEntriesByType && performance.getEntriesByType("navigation")[0];
    var age = entry ? performance.now() - entry.responseStart : 0;
    return age > 0 && age < 30000 ? age : 0;
  }

  // `now` and `deadline` are the server's, in milliseconds, as they stand in the page.
  // While the round is paused what is left stands still.
  window.serverClock = function (now, deadline, isPaused) {
    var skew = now - (Date.now() - pageAge()), bestTrip = Infinity;
    var lastWall = Date.now(), lastTick = performance.now(), clock = { isSure: true, deadline: deadline, isPaused: isPaused === true };
    var standing = deadline - now;

    clock.left = function () { return Math.max(0, clock.isPaused ? standing : clock.deadline - (Date.now() + skew)); };
    // The quickest answer tells the time best. It may also bring another deadline.
    clock.learn = function (body, began) {
      var trip = Date.now() - began;
      if (typeof body.now !== "number" || trip < 0 || trip > 10000) return;
      if (!clock.isSure || trip <= bestTrip) { bestTrip = trip; skew = body.now - (began + trip / 2); }
      clock.isSure = true;
      if (typeof body.deadline !== "number") return;
      clock.deadline = body.deadline;
      clock.isPaused = body.paused === true;
      standing = body.deadline - body.now;
    };
    // After a sleep, or when somebody set the clock, nothing ends before the server said what time it is.
    clock.hasJumped = function () {
      var wall = Date.now(), ticks = performance.now(), gap = wall - lastWall - (ticks - lastTick);
      lastWall = wall;
      lastTick = ticks;
      if (Math.abs(gap) <= 2000) return false;
      clock.isSure = false;
      return true;
    };
    return clock;
  };
})();
