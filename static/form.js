/* Enhancements of the officers' pages. Everything works without them. */
(function () {
  "use strict";

  // How many characters there are, and how many can be kept.
  document.querySelectorAll("textarea[data-count]").forEach(function (area) {
    var most = Number(area.dataset.count);
    var count = document.createElement("p");
    count.className = "count quiet small";
    count.setAttribute("role", "status");
    function tell() {
      var have = area.value.length;
      count.textContent = have.toLocaleString("en-US") + " of " + most.toLocaleString("en-US") +
        " characters" + (have > most ? ": " + (have - most).toLocaleString("en-US") + " too many" : "");
    }
    area.insertAdjacentElement("afterend", count);
    area.addEventListener("input", tell);
    tell();
  });

  // After an error, start where it is told. A field in a closed fold opens on the way to it.
  var notice = document.querySelector(".notice.error");
  if (notice) {
    notice.setAttribute("tabindex", "-1");
    notice.focus();
  }
  document.querySelectorAll(".notice a[href^='#']").forEach(function (link) {
    link.addEventListener("click", function () {
      var target = document.getElementById(link.hash.slice(1));
      var fold = target && target.closest("details");
      if (fold) { fold.open = true; }
    });
  });

  // A second press of the same button is one too many; the site would make one report of it anyway.
  document.querySelectorAll("form").forEach(function (form) {
    var sent = false;
    form.addEventListener("submit", function (event) {
      if (sent) { event.preventDefault(); }
      sent = true;
    });
    window.addEventListener("pageshow", function () { sent = false; });
  });
})();
