/* The mesh page in the browser: tells the hub which change of a diagnosis is to be made. */
(function () {
  "use strict";
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest(".remedy[data-percent]");
    if (!pressed) return;
    const data = {
      percent: Number(pressed.getAttribute("data-percent")),
      service: pressed.getAttribute("data-service"),
      at: Date.now(),
    };
    window.dash_clientside.set_props("mesh-deed", { data });
  });
})();
