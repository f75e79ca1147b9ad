// The form of a paper as values by position: letters ("B", or "BD" where several may be chosen), or
// the predicted number; null is blank.
(function () {
  "use strict";

  window.answerSheet = function (form) {
    var questions = listed(form.querySelectorAll(".q")), prediction = document.getElementById("prediction");
    var sheet = { questions: questions, prediction: prediction, isPrediction: isPrediction };

    function isPrediction(box) { return prediction !== null && box.contains(prediction); }
    function chosen(box) {
      return listed(box.querySelectorAll("input:checked")).map(function (input) { return input.value; }).join("") || null;
    }
    // The number that is typed: null for none, NaN for what is no number.
    sheet.predicted = function () {
      var digits = prediction.value.replace(/[\s.,]/g, "");
      if (!digits) return null;
      return /^\d{1,9}$/.test(digits) ? Number(digits) : NaN;
    };
    sheet.isAnswered = function (box) {
      return isPrediction(box) ? sheet.predicted() !== null && !isNaN(sheet.predicted()) : chosen(box) !== null;
    };
    // What is filled in; a number that cannot be read stays as it was `before`.
    sheet.read = function (before) {
      var all = {};
      questions.forEach(function (box, at) {
        if (!isPrediction(box)) all[at + 1] = chosen(box);
        else all[at + 1] = isNaN(sheet.predicted()) ? before[at + 1] : sheet.predicted();
      });
      return all;
    };
    sheet.fill = function (some) {
      Object.keys(some).forEach(function (position) {
        var box = questions[position - 1], value = some[position];
        if (isPrediction(box)) prediction.value = value === null ? "" : value;
        else listed(box.querySelectorAll(".pick input")).forEach(function (input) { input.checked = value !== null && value.indexOf(input.value) >= 0; });
      });
    };
    // As the server reads it: what is not named stays as it has it. So a question is named blank only
    // where it was `tapped` so: this page may not know what another one has answered.
    sheet.asSent = function (some, tapped) {
      var all = { answers: {} };
      Object.keys(some).forEach(function (position) {
        if (isPrediction(questions[position - 1])) all.prediction = some[position];
        else if (some[position] !== null || position in tapped) all.answers[position] = some[position];
      });
      return all;
    };
    sheet.asHere = function (sent) {
      var all = {};
      questions.forEach(function (box, at) {
        var value = isPrediction(box) ? sent.prediction : sent.answers[at + 1];
        all[at + 1] = value === undefined ? null : value;
      });
      return all;
    };
    return sheet;
  };
  function listed(nodes) { return Array.prototype.slice.call(nodes); }
})();
