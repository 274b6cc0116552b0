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
    p: "topology-replay",
    ",": "topology-step-back",
    ".": "topology-step-forward",
    m: "topology-motion",
  };
  const PAN = 60;
  const GRAPH = {
    f: () => window.meshhub.focus(),
    1: () => window.meshhub.hops(1),
    2: () => window.meshhub.hops(2),
    3: () => window.meshhub.hops(3),
    "+": () => window.meshhub.zoom(1.25),
    "=": () => window.meshhub.zoom(1.25),
    "-": () => window.meshhub.zoom(0.8),
    0: () => window.meshhub.fit(),
    ArrowLeft: () => window.meshhub.pan(PAN, 0),
    ArrowRight: () => window.meshhub.pan(-PAN, 0),
    ArrowUp: () => window.meshhub.pan(0, PAN),
    ArrowDown: () => window.meshhub.pan(0, -PAN),
  };
  const ROWS = "main a.row, .panel .worst a, .panel .table a";
  const FIELDS = "main input[type=text]:not([readonly]), main input[type=search], main input:not([type]), main textarea";
  const DIALOG = ".mantine-Modal-content, .drop[data-open] .drop-down";
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
    if (!rows.length) return window.meshhub.stepInGrid(by);
    const index = rows.indexOf(document.activeElement);
    rows[index < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, index + by))].focus();
  }

  function visible(selector) {
    return [...document.querySelectorAll(selector)].some((each) => each.offsetParent !== null);
  }

  function escape() {
    const close = document.querySelector(".panel .close a");
    if (document.activeElement && typing(document.activeElement)) document.activeElement.blur();
    else if (close && !visible(DIALOG)) close.click();
  }

  function findInPage() {
    const field = [...document.querySelectorAll(FIELDS)].find((each) => each.offsetParent);
    if (field) field.focus();
    return Boolean(field);
  }

  /* Tab goes from service to service where nothing else has the focus. */
  function stepInGraph(event) {
    const free = document.activeElement === document.body || document.activeElement === null;
    if (!free || !window.meshhub.graph || !window.meshhub.graph()) return false;
    window.meshhub.step(event.shiftKey ? -1 : 1);
    return true;
  }

  function onGraph(key) {
    const does = Object.prototype.hasOwnProperty.call(GRAPH, key) && GRAPH[key];
    if (!does || !window.meshhub.graph || !window.meshhub.graph()) return false;
    if (key.startsWith("Arrow") && document.activeElement !== document.body) return false;
    does();
    return true;
  }

  function act(event) {
    const key = event.key;
    if (key === "g") prefixed = Date.now();
    else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else if (key === "c") window.meshhub.toggleCompare();
    else if (key === "/") return findInPage();
    else if (key === "Tab") return stepInGraph(event);
    else return (BUTTONS[key] && press(BUTTONS[key])) || onGraph(key);
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      const search = document.getElementById("frame-search");
      search.focus();
      /* What may still stand there gives way to what is typed. */
      search.select();
      return;
    }
    if (event.key === "Escape") return escape();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (Date.now() - prefixed < PREFIX_MILLISECONDS) {
      prefixed = 0;
      return goTo(event.key);
    }
    if (act(event)) event.preventDefault();
  });
})();
