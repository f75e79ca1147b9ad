// What this phone remembers of whoever joined on it, so that nobody types it twice: on the phone
// only, until somebody says that it is not them. Without it the form is simply empty.
(function () {
  "use strict";
  var MOST = 4;

  function read(name, none) {
    try { return JSON.parse(localStorage.getItem(name)) || none; } catch (error) { return none; }
  }
  function write(name, value) {
    try {
      if (value === null) localStorage.removeItem(name); else localStorage.setItem(name, JSON.stringify(value));
    } catch (error) { /* a private window keeps nothing */ }
  }
  window.recent = {
    units: function () { return read("quizapp-units", []); },
    addUnit: function (unit) {
      var others = this.units().filter(function (one) { return one.code !== unit.code; });
      write("quizapp-units", [unit].concat(others).slice(0, MOST));
    },
    person: function () { return read("quizapp-person", null); },
    keepPerson: function (person) { write("quizapp-person", person); },
    forgetPerson: function () { write("quizapp-person", null); }
  };
})();
