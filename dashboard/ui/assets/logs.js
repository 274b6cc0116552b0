/* The access-log page in the browser: the expression and its completion, facets, the histogram, columns, the tail. */
(function () {
  "use strict";
  const FIELD = "logs-q";
  const LIST = "logs-suggestions";
  const GRID = "logs-grid";
  const WRITTEN = "logs-written";
  const SCROLLED = "logs-scrolled";
  const WAIT_MILLISECONDS = 120;
  const SHORTEST_SECONDS = 10;
  const skip = () => window.dash_clientside.no_update;
  const query = () => window.meshhub.query;
  const field = () => document.getElementById(FIELD);
  const set = (id, props) => window.dash_clientside.set_props(id, props);

  /* --- the expression --- */
  let suggestions = [];
  let chosen = -1;
  let waiting = 0;

  function write() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      const input = field();
      if (input) set(WRITTEN, { data: { text: input.value, cursor: input.selectionStart, at: Date.now() } });
    }, WAIT_MILLISECONDS);
  }

  function close() {
    suggestions = [];
    chosen = -1;
    draw();
  }

  function option(suggestion, index) {
    const row = document.createElement("li");
    row.id = LIST + "-" + index;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", index === chosen ? "true" : "false");
    row.className = "suggestion " + suggestion.part;
    row.dataset.index = index;
    const said = row.appendChild(document.createElement("span"));
    said.textContent = suggestion.text;
    const detail = row.appendChild(document.createElement("span"));
    detail.className = "muted small";
    detail.textContent = suggestion.detail;
    return row;
  }

  function draw() {
    const list = document.getElementById(LIST);
    const input = field();
    if (!list || !input) return;
    list.replaceChildren(...suggestions.map(option));
    list.hidden = !suggestions.length;
    input.setAttribute("aria-expanded", suggestions.length ? "true" : "false");
    if (chosen >= 0) input.setAttribute("aria-activedescendant", LIST + "-" + chosen);
    else input.removeAttribute("aria-activedescendant");
    const row = list.children[chosen];
    if (row) row.scrollIntoView({ block: "nearest" });
  }

  /* What the hub suggests for what was written last; what is not in the field any more is not offered. */
  function offer(data) {
    const input = field();
    const fresh = data && input && document.activeElement === input && data.text === input.value;
    suggestions = fresh ? data.suggestions : [];
    chosen = -1;
    draw();
    return skip();
  }

  function take(index) {
    const input = field();
    const suggestion = suggestions[index];
    if (!input || !suggestion) return;
    const head = input.value.slice(0, suggestion.start) + suggestion.text + " ";
    const text = head + input.value.slice(suggestion.end).replace(/^ /, "");
    set(FIELD, { value: text });
    close();
    window.requestAnimationFrame(() => {
      input.focus();
      input.setSelectionRange(head.length, head.length);
      write();
    });
  }

  function apply(text) {
    close();
    query().change({ q: (text === undefined ? field().value : text).trim(), row: "" });
  }

  function bind(search, clicks) {
    const by = window.dash_clientside.callback_context.triggered.map((each) => each.prop_id);
    if (clicks && by.some((each) => each.startsWith("logs-find"))) {
      apply();
      return skip();
    }
    return query().read().get("q") || "";
  }

  document.addEventListener("input", (event) => {
    if (event.target.id === FIELD) write();
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.id === FIELD) write();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.id === FIELD) close();
  });
  document.addEventListener("mousedown", (event) => {
    const row = event.target.closest && event.target.closest("#" + LIST + " .suggestion");
    if (!row) return;
    event.preventDefault();
    take(Number(row.dataset.index));
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== FIELD) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!suggestions.length) return write();
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : -1;
      chosen = (chosen + by + suggestions.length + (chosen < 0 && by < 0 ? 1 : 0)) % suggestions.length;
      draw();
    } else if (event.key === "Tab" && suggestions.length && !event.shiftKey) {
      event.preventDefault();
      take(Math.max(chosen, 0));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (chosen >= 0) take(chosen);
      else apply();
    } else if (event.key === "Escape" && suggestions.length) {
      event.stopPropagation();
      close();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      write();
    }
  }, true);

  /* --- facets --- */
  function narrowed(condition) {
    const now = (query().read().get("q") || "").trim();
    if (!now || now === condition) return condition;
    return (/\bor\b/i.test(now) ? "(" + now + ")" : now) + " and " + condition;
  }

  document.addEventListener("click", (event) => {
    const value = event.target.closest && event.target.closest(".log-facet-value");
    if (value) apply(narrowed(event.altKey ? value.dataset.exclude : value.dataset.add));
  });

  /* --- the histogram: what is dragged over becomes the window --- */
  function zoom(layout) {
    const from = layout && layout["xaxis.range[0]"];
    const to = layout && layout["xaxis.range[1]"];
    if (!from || !to) return skip();
    const read = (text) => Date.parse(String(text).replace(" ", "T") + "Z");
    const seconds = Math.max(SHORTEST_SECONDS, Math.ceil((read(to) - read(from)) / 1000));
    const end = new Date(Math.min(Math.ceil(read(to) / 1000) * 1000, Date.now()));
    if (Number.isNaN(seconds) || Number.isNaN(end.getTime())) return skip();
    query().change({ window: seconds + "s", end: end.toISOString().replace(/\.\d+Z$/, "Z"), tail: "" });
    return skip();
  }

  /* --- the table --- */
  const withGrid = (then) => window.meshhub.withGrid(GRID, then);

  let listening = null;

  function listen(api) {
    if (listening === api) return;
    listening = api;
    api.addEventListener("bodyScroll", (event) => {
      const scrolled = event.top > 4;
      if (event.direction === "vertical" && scrolled !== listening.meshhubScrolled) {
        listening.meshhubScrolled = scrolled;
        set(SCROLLED, { data: scrolled });
        const root = document.getElementById("logs-root");
        if (root) root.dataset.scrolled = scrolled ? "yes" : "no";
      }
    });
  }

  /* Which columns are shown stands in the URL: the choice is copied there, and the table follows. */
  function columns(value, search, rows, known) {
    const choices = known.all;
    const fallback = known.shown;
    const by = window.dash_clientside.callback_context.triggered.map((each) => each.prop_id);
    const asked = query().read().get("cols");
    const wanted = asked === null ? fallback : asked.split(",").filter((name) => choices.includes(name));
    const same = (one, other) => JSON.stringify([...(one || [])].sort()) === JSON.stringify([...other].sort());
    if (by.some((each) => each.startsWith("logs-columns")) && !same(value, wanted)) {
      query().change({ cols: same(value, fallback) ? "" : value.join(",") || "time" }, true);
      return skip();
    }
    withGrid((api) => {
      listen(api);
      api.setColumnsVisible(wanted, true);
      api.setColumnsVisible(choices.filter((name) => !wanted.includes(name)), false);
    });
    return same(value, wanted) ? skip() : wanted;
  }

  function open(cell) {
    if (!cell || !cell.rowId || String(window.getSelection())) return skip();
    query().change({ row: cell.rowId });
    return skip();
  }

  function order(value) {
    const asked = query().read().get("order") || "newest";
    const by = window.dash_clientside.callback_context.triggered.map((each) => each.prop_id);
    if (by.some((each) => each.startsWith("logs-order")) && value && value !== asked) {
      query().change({ order: value === "newest" ? "" : value, tail: "" });
      return skip();
    }
    return asked === value ? skip() : asked;
  }

  function showRow() {
    return query().read().get("row") ? "yes" : "no";
  }

  /* --- the tail --- */
  function toggleTail(clicks) {
    if (!clicks) return skip();
    query().change({ tail: query().read().get("tail") === "on" ? "" : "on", end: "", row: "", order: "" });
    return skip();
  }

  function follow(search, scrolled) {
    const on = query().read().get("tail") === "on" && !query().read().get("end");
    const word = !on ? "Follow" : scrolled ? "Paused: scroll up to go on" : "Following";
    return [!on || Boolean(scrolled) || document.hidden, on ? "true" : "false", word];
  }

  /* New rows come in at the top; at the bottom as many leave as are too many. */
  function append(tail, most) {
    if (!tail || !tail.rows || !tail.rows.length) return skip();
    withGrid((api) => {
      const known = tail.rows.filter((row) => !api.getRowNode(row.id));
      const leaving = [];
      const count = api.getDisplayedRowCount();
      for (let index = Math.max(0, most - known.length); index < count; index += 1) {
        leaving.push(api.getDisplayedRowAtIndex(index).data);
      }
      api.applyTransaction({ add: known, addIndex: 0, remove: leaving });
    });
    return skip();
  }

  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    meshhub_logs: { bind, offer, zoom, columns, order, open, show_row: showRow, toggle_tail: toggleTail, follow, append },
  });
})();
