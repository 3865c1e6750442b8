/* beat.js - says that somebody is here, keeps the ticket that they are solving, counts a pause. */
(function () {
  "use strict";
  var form = document.querySelector("[data-beat]"), timer = document.querySelector("[data-timer]");
  function beat() {
    if (document.visibilityState === "visible" || document.querySelector(".solving"))
      fetch(form.dataset.beat, { credentials: "same-origin" }).catch(function () { /* the next one */ });
  }
  if (form) {
    beat();
    setInterval(beat, 45000);
  }
  function two(n) { return n < 10 ? "0" + n : String(n); }
  function count() {
    var seconds = Math.max(0, Math.floor((Date.now() - Date.parse(timer.dateTime)) / 1000));
    var minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
    timer.textContent = (hours ? hours + ":" + two(minutes % 60) : minutes) + ":" + two(seconds % 60);
  }
  if (timer) {
    count();
    setInterval(count, 1000);
  }
})();
