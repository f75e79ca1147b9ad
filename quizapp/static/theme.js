// Zalo says in its name whether it is dark; its pages follow it, not the phone's setting.
(function () {
  var said = /ZaloTheme\/(dark|light)/.exec(navigator.userAgent);
  if (said) document.documentElement.setAttribute("data-theme", said[1]);
})();
