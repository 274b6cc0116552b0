/* The keyboard presses what a mouse would. */
(function () {
  "use strict";
  const PREFIX_MILLISECONDS = 1200;
  const BUTTONS = {
    "?": "frame-help",
    "[": "frame-back",
    "]": "frame-forward",
    l: "frame-live",
    y: "frame-copy-link",
    f: "topology-fit",
  };
  const ROWS = "main a.row, .panel .worst a, .panel .table a";
  let prefixed = 0;

  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  function press(id) {
    const element = document.getElementById(id);
    if (element) element.click();
    return Boolean(element);
  }

  function goTo(key) {
    const link = [...document.querySelectorAll("#frame-navigation .nav-link")].find(
      (each) => each.title.endsWith("(g " + key + ")"),
    );
    if (link) link.click();
  }

  function step(by) {
    const rows = [...document.querySelectorAll(ROWS)].filter((row) => row.offsetParent);
    if (!rows.length) return;
    const index = rows.indexOf(document.activeElement);
    rows[index < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, index + by))].focus();
  }

  function escape() {
    const close = document.querySelector(".panel .close a");
    if (document.activeElement && typing(document.activeElement)) document.activeElement.blur();
    else if (close && !document.querySelector(".mantine-Modal-content")) close.click();
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      document.getElementById("frame-search").focus();
      return;
    }
    if (event.key === "Escape") return escape();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (Date.now() - prefixed < PREFIX_MILLISECONDS) {
      prefixed = 0;
      return goTo(event.key);
    }
    if (event.key === "g") prefixed = Date.now();
    else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else if (BUTTONS[event.key] && press(BUTTONS[event.key])) event.preventDefault();
  });
})();
