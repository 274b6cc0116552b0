/* The trace page: what the URL asks for, what the buttons and keys do. */
(function () {
  "use strict";
  const PARTS = {
    "trace-asked": ["id", "with"],
    "trace-chosen": ["id", "with", "span"],
    "trace-sought": ["id", "with", "find"],
    "trace-tabbed": ["id", "with", "tab", "span"],
  };
  const FRESH = { with: "", span: "", find: "", zoom: "", fold: "" };
  const SHARED = ["window", "end", "ns", "live"];
  const skip = () => window.dash_clientside.no_update;
  const query = () => window.meshhub.query;
  const trace = () => window.meshhub.trace;
  const field = (id) => document.getElementById(id);

  function triggered() {
    return window.dash_clientside.callback_context.triggered.map((each) => each.prop_id.split(".")[0]);
  }

  /* The parameters that concern one part of the page, so that it is asked for again only when they change. */
  function narrow(search, current, id) {
    if (!window.location.pathname.endsWith("/trace")) return skip();
    const given = query().read();
    const kept = new URLSearchParams();
    for (const name of [...PARTS[id], ...SHARED]) if (given.has(name)) kept.set(name, given.get(name));
    if (id === "trace-tabbed" && given.get("tab") !== "json") kept.delete("span");
    const text = "?" + kept.toString();
    return text === current ? skip() : text;
  }

  function show(tab, drawn) {
    const body = field("trace-body");
    body.hidden = !drawn;
    for (const button of field("trace-tabs").children) {
      button.setAttribute("aria-selected", button.dataset.tab === tab ? "true" : "false");
    }
    field("trace-timeline").hidden = tab !== "timeline";
    field("trace-tab").hidden = tab === "timeline" || tab === "map" || tab === "flame";
    field("trace-canvas").hidden = tab !== "map" && tab !== "flame";
  }

  function draw(rows) {
    if (!field("trace-timeline")) return skip();
    const by = triggered();
    show(query().read().get("tab") || "timeline", rows);
    if (!rows) {
      trace().clear();
      return "0";
    }
    if (!by.length || by.includes("trace-rows") || !trace().ready()) trace().load(rows);
    trace().choose(query().read().get("span"));
    return String(rows.id.length);
  }

  function mark(found) {
    const text = query().read().get("find") || "";
    const box = field("trace-find");
    if (box && document.activeElement !== box && box.value !== text) {
      window.dash_clientside.set_props("trace-find", { value: text });
    }
    if (trace().ready()) trace().setHits(found);
    if (!text) return "";
    return found ? (found.length === 1 ? "1 span" : found.length.toLocaleString("en") + " spans") : "";
  }

  function paint(drawing) {
    window.meshhub.traceDrawing.paint(field("trace-canvas"), drawing);
    return drawing ? drawing.kind : "";
  }

  function opened(answer) {
    if (!answer) return skip();
    window.meshhub.toast(answer.says);
    if (answer.name) query().change({ id: answer.name, ...FRESH });
    return "";
  }

  function ask() {
    const by = triggered();
    const given = query().read();
    const id = field("trace-id").value.trim();
    const other = field("trace-other").value.trim();
    if (by.includes("trace-show") || by.includes("trace-id")) {
      query().change({ id, ...FRESH });
      return [skip(), skip()];
    }
    if (by.includes("trace-compare") || by.includes("trace-other")) {
      if (other) query().change({ with: other, span: "" });
      return [skip(), skip()];
    }
    return [given.get("id") || "", given.get("with") || ""];
  }

  const ACTS = {
    "find-next": () => trace().nextHit(1),
    "find-previous": () => trace().nextHit(-1),
    "error-next": () => trace().nextError(1),
    deeper: () => trace().unfoldOne(),
    unfold: () => trace().fold(false),
    fold: () => trace().fold(true),
    whole: () => trace().whole(),
  };

  const KEYS = {
    j: () => trace().step(1),
    k: () => trace().step(-1),
    n: () => trace().nextError(1),
    p: () => trace().nextError(-1),
    x: () => trace().toggle(trace().cursor()),
    0: () => trace().whole(),
    "/": () => field("trace-find").focus(),
    Enter: () => trace().cursor() >= 0 && query().change({ span: trace().key(trace().cursor()) }),
    ArrowLeft: () => trace().pan(-0.2),
    ArrowRight: () => trace().pan(0.2),
    ArrowUp: () => trace().scale(0.7),
    ArrowDown: () => trace().scale(1 / 0.7),
  };

  function find(event) {
    if (event.key !== "Enter") return;
    const text = event.target.value.trim();
    if (text === (query().read().get("find") || "")) trace().nextHit(event.shiftKey ? -1 : 1);
    else query().change({ find: text }, true);
    event.preventDefault();
  }

  /* Links to spans of the trace that is shown change the span alone: tab, part and folds stay as they are. */
  function stay(event) {
    const link = event.target.closest("#trace-panel a[href], #trace-tab a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const wanted = new URLSearchParams(link.search);
    if (link.pathname !== window.location.pathname || wanted.get("id") !== query().read().get("id")) return;
    event.preventDefault();
    event.stopPropagation();
    query().change({ span: wanted.get("span") || "" });
  }

  function nameSpan(event) {
    const button = event.target.closest("[data-span]");
    if (!button) return;
    const address = new URL(window.location.href);
    address.searchParams.set("span", button.dataset.span);
    button.dataset.copy = address.href;
  }

  document.addEventListener("click", stay, true);
  document.addEventListener("click", nameSpan, true);

  let before = "";

  document.addEventListener(
    "keydown",
    (event) => {
      const goes = before === "g";
      before = event.key;
      if (event.target.id === "trace-find") return find(event);
      if (!trace().ready() || event.ctrlKey || event.metaKey || event.altKey || goes) return;
      if (event.target.closest("input, textarea, select, button, a, summary, .mantine-Modal-content")) {
        if (event.key === "Enter" || event.target.matches("input, textarea, select")) return;
      }
      const act = KEYS[event.key];
      if (!act) return;
      act();
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    const tab = at("#trace-tabs [data-tab]");
    if (tab) return query().change({ tab: tab.dataset.tab === "timeline" ? "" : tab.dataset.tab });
    const act = at("#trace-timeline [data-act]");
    if (act) return ACTS[act.dataset.act]();
    const fold = at(".t-fold[data-fold]");
    if (fold) return trace().toggle(Number(fold.dataset.fold));
    const row = at(".t-row");
    if (row) {
      const key = trace().key(Number(row.dataset.index));
      query().change({ span: query().read().get("span") === key ? "" : key });
    }
  });

  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    meshhub_trace: { narrow, draw, mark, paint, opened, ask },
  });
})();
