// What a phone keeps of a paper, by position of the question: 1, 2, … and the prediction last.
// It survives a reload, a killed tab and a lost network.
(function () {
  "use strict";
  var opened = null;

  function open() {
    opened = opened || new Promise(function (resolve) {
      try {
        var request = indexedDB.open("quizapp", 1);
        request.onupgradeneeded = function () { request.result.createObjectStore("papers"); };
        request.onsuccess = function () { resolve(request.result); };
        request.onerror = request.onblocked = function () { resolve(null); };
      } catch (error) { resolve(null); }
    });
    return opened;
  }
  // Resolves to null where the browser keeps nothing, as some do in private windows.
  function onShelf(mode, act) {
    return open().then(function (db) {
      return db && new Promise(function (resolve) {
        try {
          var turn = db.transaction("papers", mode), request = act(turn.objectStore("papers"));
          turn.oncomplete = function () { resolve({ value: request.result }); };
          turn.onerror = turn.onabort = function () { resolve(null); };
          if (turn.commit) turn.commit();  // a page that goes at once takes nothing back
        } catch (error) { resolve(null); }
      });
    });
  }
  function shelf(id) {
    return {
      read: function () { return onShelf("readonly", function (papers) { return papers.get(id); }); },
      write: function (kept) { return onShelf("readwrite", function (papers) { return papers.put(kept, id); }); },
      forget: function () { return onShelf("readwrite", function (papers) { return papers.delete(id); }); }
    };
  }

  // -- Taps the server has not confirmed: position → [what it had before, each tap since] -------------
  function note(unsent, before, after) {
    return Object.keys(after).filter(function (position) {
      if (after[position] === before[position]) return false;
      (unsent[position] = unsent[position] || [before[position]]).push(after[position]);
      return true;
    });
  }
  function confirm(unsent, sent) {
    Object.keys(sent).forEach(function (position) {
      var tapped = last(unsent[position]);
      if (tapped === sent[position]) delete unsent[position]; else unsent[position] = [sent[position], tapped];
    });
  }
  function newest(unsent) {
    var values = {};
    Object.keys(unsent).forEach(function (position) { values[position] = last(unsent[position]); });
    return values;
  }
  function last(list) { return list[list.length - 1]; }

  // Nobody else saved meanwhile: all that the server has is what was known or tapped here.
  function isOurs(kept, op, values) {
    return op <= kept.op && Object.keys(values).every(function (position) {
      return values[position] === kept.values[position] || (kept.unsent[position] || []).indexOf(values[position]) >= 0;
    });
  }

  // -- What is offered after another phone took over: position → the answer that did not arrive --------
  function offered(kept) { return Object.assign({}, kept.offer, newest(kept.unsent)); }
  function undecided(offer, values) {
    return Object.keys(offer).filter(function (position) { return offer[position] !== values[position]; }).map(Number);
  }

  window.keeping = { shelf: shelf, note: note, confirm: confirm, newest: newest, isOurs: isOurs, offered: offered, undecided: undecided };
})();
