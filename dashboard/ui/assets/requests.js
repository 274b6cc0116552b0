/* The requests page: the search and the id that are asked for stand in the URL. */
(function () {
  "use strict";
  const LOCATION = "frame-location.search";
  const SHARED = ["window", "end", "ns", "id"];
  const PARTS = { "requests-asked": ["q", "sort", "rows"], "requests-picked": ["q", "pick"] };
  const skip = () => window.dash_clientside.no_update;
  const query = () => window.meshhub.query;
  const here = () => window.location.pathname.endsWith("/requests");

  function triggered() {
    return window.dash_clientside.callback_context.triggered.map((each) => each.prop_id);
  }

  function find(search, clicks, submits, id) {
    if (triggered().length && !triggered().includes(LOCATION)) {
      /* Enter may come before Dash has heard of the last letters: ask the field itself. */
      query().change({ id: document.getElementById(id).value.trim(), hop: "" });
      return skip();
    }
    return query().read().get("id") || "";
  }

  /* The parameters that concern one part of the page, so that it is asked for again only when they change. */
  function narrow(search, current, id) {
    if (!here()) return skip();
    const given = query().read();
    const kept = new URLSearchParams();
    for (const name of [...PARTS[id], ...SHARED]) if (given.has(name)) kept.set(name, given.get(name));
    const text = "?" + kept.toString();
    return text === current ? skip() : text;
  }

  function submit() {
    query().change({ q: document.getElementById("requests-query").value.trim(), id: "", hop: "", pick: "", rows: "" });
  }

  function ask() {
    if (triggered().some((each) => each.endsWith("n_submit"))) {
      submit();
      return skip();
    }
    return query().read().get("q") || "";
  }

  function sort(search, value) {
    const asked = query().read().get("sort") || "newest";
    if (triggered().length && !triggered().includes(LOCATION)) {
      if (value !== asked && here()) query().change({ sort: value === "newest" ? "" : value });
      return skip();
    }
    return asked === value ? skip() : asked;
  }

  function view() {
    const journey = query().read().get("id") ? "journey" : "results";
    const place = document.getElementById("requests-results");
    if (place) place.hidden = journey === "journey";
    return journey;
  }

  function pick(selected, clicked) {
    if (triggered().some((each) => each.endsWith("clickData")) && clicked && clicked.points.length) {
      query().change({ id: clicked.points[0].customdata, hop: "" });
      return skip();
    }
    if (!selected || !selected.range) return skip();
    const range = selected.range;
    const times = range.x.map((time) => Date.parse(String(time).replace(" ", "T") + "Z"));
    const lengths = range.y.map((length) => length * 1000);
    const box = [Math.min(...times), Math.max(...times), Math.min(...lengths), Math.max(...lengths)];
    if (box.every(Number.isFinite)) query().change({ pick: box.map((each) => Math.round(each)).join("~") });
    return skip();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#requests-search")) submit();
  });

  /* The whole journey takes the place of its beginning: a link that had the focus there has it again. */
  const watched = new WeakSet();
  let focused = null;

  function refocus() {
    if (!focused || focused.isConnected || document.activeElement !== document.body) return;
    const links = [...document.querySelectorAll(".journey-place a")];
    const again = links.find((each) => each.href === focused.href && each.className === focused.className);
    if (again) again.focus({ preventScroll: true });
  }

  document.addEventListener("focusin", (event) => {
    const place = event.target.closest(".journey-place");
    focused = place ? event.target.closest("a") : null;
    if (!place || watched.has(place)) return;
    watched.add(place);
    new MutationObserver(refocus).observe(place, { childList: true, subtree: true });
  });

  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    meshhub_requests: { find, narrow, ask, sort, view, pick },
  });
})();
