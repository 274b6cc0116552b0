/* The waterfall of a trace: only the rows in view are elements, so tens of thousands of spans stay smooth. */
(function () {
  "use strict";
  const ROW = 24;
  const INDENT = 12;
  const DEEPEST = 24;
  const SPARE = 8;
  const SHORTEST = 1000;
  const ERROR = 1;
  const PROXY = 2;
  const FLAWED = 4;
  const TICKS = 4;
  const MOST_FOLDS = 40;
  const WRITE_MILLISECONDS = 400;

  let data = null;
  let shown = [];
  let places = [];
  let folded = new Set();
  let hits = [];
  let hitSet = new Set();
  let cursor = -1;
  let chosen = -1;
  let range = [0, 1];
  let level = Infinity;
  let pending = false;
  let foldSays = "";
  let writing = 0;

  const root = () => document.getElementById("trace-timeline");
  const part = (name) => root() && root().querySelector(name);

  function make(kind, name, text) {
    const made = document.createElement(kind);
    made.className = name;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function duration(nanoseconds) {
    const steps = [[6e10, 6e10, "min"], [1e9, 1e9, "s"], [1e6, 1e6, "ms"], [0, 1e3, "µs"]];
    const size = Math.abs(nanoseconds);
    const [, unit, name] = steps.find((step) => size >= step[0] * 0.9995);
    const value = nanoseconds / unit;
    const text = Math.abs(value) >= 1000 ? Math.round(value).toString() : Number(value.toPrecision(3)).toString();
    return text + " " + name;
  }

  /* Which rows there are: all but those below a folded one. */
  function list() {
    shown = [];
    places = new Array(data.id.length).fill(-1);
    for (let index = 0; index < data.id.length; index += 1) {
      places[index] = shown.length;
      shown.push(index);
      if (folded.has(index)) index += data.below[index];
    }
    part(".trace-sheet").style.height = shown.length * ROW + "px";
  }

  /* What is folded, and the part that is seen, stand in the URL: "@2" is all below the second level. */
  function write() {
    window.clearTimeout(writing);
    const whole = range[0] <= 0 && range[1] >= data.length;
    const change = { zoom: whole ? "" : range.map(Math.round).join("~"), fold: foldSays };
    writing = window.setTimeout(() => {
      if (data && root()) window.meshhub.query.change(change, true);
    }, WRITE_MILLISECONDS);
  }

  function read() {
    const given = window.meshhub.query.read();
    const fold = given.get("fold") || "";
    if (/^@\d+$/.test(fold)) foldBelow(Number(fold.slice(1)));
    else for (const id of fold.split(",")) foldOne(data.id.indexOf(id));
    foldSays = fold;
    const [from, to] = (given.get("zoom") || "").split("~").map(Number);
    if (from >= 0 && to > from && from < data.length) range = [from, Math.min(to, data.length)];
  }

  function foldOne(index) {
    if (index >= 0 && data.below[index]) folded.add(index);
  }

  function foldBelow(depth) {
    level = depth;
    foldSays = depth === Infinity ? "" : "@" + depth;
    folded = new Set();
    for (let index = 0; index < data.id.length; index += 1) {
      if (data.below[index] && data.depth[index] >= depth) folded.add(index);
    }
  }

  function unfoldTo(index) {
    for (let above = data.parent[index]; above >= 0; above = data.parent[above]) folded.delete(above);
  }

  const left = (time) => (100 * (time - range[0])) / (range[1] - range[0]);

  function place(element, from, to) {
    const first = Math.max(left(from), 0);
    const last = Math.min(left(to), 100);
    element.style.left = first + "%";
    element.style.width = Math.max(last - first, 0) + "%";
    return last >= 0 && first <= 100 && to >= range[0] && from <= range[1];
  }

  function addBar(track, name, from, to, colour) {
    const bar = make("span", name);
    if (!place(bar, from, to)) return null;
    if (colour) bar.style.setProperty("--bar", colour);
    return track.appendChild(bar);
  }

  function label(track, index, from, to) {
    const says = [duration(data.span[index]), data.says[index]].filter(Boolean).join(" · ");
    const text = make("span", "t-label", says);
    const first = Math.max(left(from), 0);
    const last = Math.min(left(to), 100);
    if (last <= 80) text.style.left = "calc(" + Math.max(last, 0) + "% + 4px)";
    else if (first >= 20) text.style.right = "calc(" + (100 - Math.min(first, 100)) + "% + 4px)";
    else {
      text.style.right = "4px";
      text.classList.add("on");
    }
    track.appendChild(text);
  }

  function fillTrack(track, index, colour) {
    const from = data.start[index];
    const to = from + data.span[index];
    const proxy = data.flags[index] & PROXY;
    const bar = addBar(track, proxy ? "t-bar proxy" : "t-bar", from, to, colour);
    if (bar) {
      const inner = data.inner[index];
      if (inner) addBar(track, "t-inner", inner[0], inner[1], colour);
      const sections = data.critical[index] || [];
      for (let at = 0; at < sections.length; at += 2) addBar(track, "t-critical", sections[at], sections[at + 1]);
      for (const time of data.marks[index] || []) addBar(track, "t-mark", time, time);
    }
    label(track, index, from, to);
  }

  function makeRow(at) {
    const index = shown[at];
    const row = make("div", "t-row");
    const service = data.services[data.service[index]];
    const failed = data.flags[index] & ERROR;
    row.dataset.index = index;
    row.style.top = at * ROW + "px";
    row.setAttribute("role", "treeitem");
    row.setAttribute("aria-level", data.depth[index] + 1);
    row.setAttribute("aria-selected", index === chosen ? "true" : "false");
    row.classList.toggle("failing", Boolean(failed));
    row.classList.toggle("cursor", index === cursor);
    row.classList.toggle("chosen", index === chosen);
    row.classList.toggle("hit", hitSet.has(index));
    row.classList.toggle("odd", at % 2 === 1);
    const name = row.appendChild(make("span", "t-name"));
    name.style.paddingLeft = 4 + INDENT * Math.min(data.depth[index], DEEPEST) + "px";
    const fold = name.appendChild(make("span", "t-fold"));
    if (data.below[index]) {
      const closed = folded.has(index);
      fold.textContent = closed ? "▸ " + data.below[index] : "▾";
      fold.dataset.fold = index;
      row.setAttribute("aria-expanded", closed ? "false" : "true");
    }
    const colour = name.appendChild(make("span", "service-colour"));
    colour.style.background = service.colour;
    if (failed) name.appendChild(make("span", "health failing", "■"));
    else if (data.ill[index]) name.appendChild(make("span", "t-below", "□"));
    if (data.flags[index] & FLAWED) name.appendChild(make("span", "health degraded", "▲"));
    name.appendChild(make("span", "service", service.name));
    name.appendChild(make("span", "what", data.names[data.name[index]]));
    row.title =
      service.name + " " + data.names[data.name[index]] + "\n" + duration(data.span[index]) + ", own " +
      duration(data.self[index]) + (data.flags[index] & PROXY ? ", by the proxy" : "") +
      (data.ill[index] ? ", " + data.ill[index] + " errors below" : "");
    fillTrack(row.appendChild(make("span", "t-track")), index, service.colour);
    return row;
  }

  function render() {
    pending = false;
    const view = part(".trace-rows");
    if (!data || !view) return;
    const first = Math.max(0, Math.floor(view.scrollTop / ROW) - SPARE);
    const last = Math.min(shown.length, Math.ceil((view.scrollTop + view.clientHeight) / ROW) + SPARE);
    const rows = [];
    for (let at = first; at < last; at += 1) rows.push(makeRow(at));
    part(".trace-sheet").replaceChildren(...rows);
    drawAxis();
    window.meshhub.minimap.frame(part(".minimap"), data, range, view, shown.length * ROW);
  }

  function refresh() {
    if (!pending) window.requestAnimationFrame(render);
    pending = true;
  }

  function drawAxis() {
    const track = make("span", "t-track");
    for (let tick = 0; tick <= TICKS; tick += 1) {
      const mark = track.appendChild(make("span", "t-tick", duration(range[0] + ((range[1] - range[0]) * tick) / TICKS)));
      mark.style.left = (100 * tick) / TICKS + "%";
    }
    part(".trace-axis").replaceChildren(make("span", "t-name", shown.length.toLocaleString("en") + " spans in view"), track);
  }

  function drawKey() {
    const counts = new Map();
    for (const service of data.service) counts.set(service, (counts.get(service) || 0) + 1);
    const items = [...counts].sort((one, other) => other[1] - one[1]).slice(0, 14).map(([index, count]) => {
      const item = make("span", "key-item");
      const colour = item.appendChild(make("span", "service-colour"));
      colour.style.background = data.services[index].colour;
      item.append(data.services[index].name + " " + count.toLocaleString("en"));
      return item;
    });
    const path = make("span", "key-item");
    path.append(make("span", "key-critical"), "critical path");
    const proxy = make("span", "key-item");
    proxy.append(make("span", "key-proxy"), "proxy, its application inside");
    part(".trace-key").replaceChildren(path, proxy, ...items);
  }

  function toView(index) {
    const view = part(".trace-rows");
    const top = places[index] * ROW;
    if (top < view.scrollTop || top > view.scrollTop + view.clientHeight - 2 * ROW) {
      view.scrollTop = Math.max(0, top - view.clientHeight / 2);
    }
  }

  function goTo(index) {
    unfoldTo(index);
    list();
    cursor = index;
    toView(index);
    const from = data.start[index];
    if (from + data.span[index] < range[0] || from > range[1]) zoom([0, data.length]);
    refresh();
  }

  function zoom(wanted) {
    const length = Math.min(Math.max(wanted[1] - wanted[0], Math.min(SHORTEST, data.length)), data.length);
    const from = Math.min(Math.max(wanted[0], 0), data.length - length);
    range = [from, from + length];
    write();
    refresh();
  }

  function scale(by) {
    const index = cursor >= 0 ? cursor : -1;
    const middle = index >= 0 ? data.start[index] + data.span[index] / 2 : (range[0] + range[1]) / 2;
    const inside = Math.min(Math.max(middle, range[0]), range[1]);
    zoom([inside - (inside - range[0]) * by, inside + (range[1] - inside) * by]);
  }

  function pan(by) {
    const length = range[1] - range[0];
    const from = Math.min(Math.max(range[0] + by * length, 0), data.length - length);
    zoom([from, from + length]);
  }

  function step(by) {
    const at = cursor < 0 || places[cursor] < 0 ? (by > 0 ? 0 : shown.length - 1) : places[cursor] + by;
    if (!shown.length) return;
    cursor = shown[Math.min(Math.max(at, 0), shown.length - 1)];
    toView(cursor);
    refresh();
  }

  /* The next of some indexes after the cursor, in a circle. */
  function next(indexes, by) {
    if (!indexes.length) return;
    const after = by > 0 ? indexes.find((index) => index > cursor) : [...indexes].reverse().find((index) => index < cursor);
    const found = after === undefined ? indexes[by > 0 ? 0 : indexes.length - 1] : after;
    goTo(found);
  }

  function errors() {
    const found = [];
    for (let index = 0; index < data.id.length; index += 1) if (data.flags[index] & ERROR) found.push(index);
    return found;
  }

  function toggle(index) {
    if (index < 0 || !data.below[index]) return;
    if (!folded.delete(index)) folded.add(index);
    foldSays = folded.size > MOST_FOLDS ? "" : [...folded].map((each) => data.id[each]).join(",");
    write();
    list();
    refresh();
  }

  function unfoldOne() {
    const depths = [...folded].map((index) => data.depth[index]);
    foldBelow(depths.length ? Math.min(...depths) + 1 : level === Infinity ? 1 : level + 1);
    write();
    list();
    refresh();
  }

  function fold(all) {
    foldBelow(all ? 0 : Infinity);
    write();
    list();
    refresh();
  }

  function load(rows) {
    /* What was seen of the trace before is never written into the address of this one. */
    window.clearTimeout(writing);
    data = rows;
    folded = new Set();
    level = Infinity;
    cursor = chosen = -1;
    hits = [];
    hitSet = new Set();
    foldSays = "";
    range = [0, data.length];
    read();
    const view = part(".trace-rows");
    view.scrollTop = 0;
    if (!view.dataset.watched) {
      view.dataset.watched = "yes";
      view.addEventListener("scroll", refresh, { passive: true });
      new ResizeObserver(refresh).observe(view);
      window.meshhub.minimap.watch(part(".minimap"), () => data, () => range, zoom);
    }
    list();
    drawKey();
    window.meshhub.minimap.paint(part(".minimap"), data);
    render();
  }

  function choose(id) {
    const index = id ? data.id.indexOf(id) : -1;
    if (index === chosen) return refresh();
    chosen = index;
    if (index >= 0) goTo(index);
    else refresh();
  }

  function setHits(found) {
    hits = found || [];
    hitSet = new Set(hits);
    if (hits.length && !hitSet.has(cursor)) goTo(hits.find((index) => index >= cursor) ?? hits[0]);
    else if (data) refresh();
  }

  window.meshhub = Object.assign(window.meshhub || {}, {
    trace: {
      load,
      choose,
      setHits,
      step,
      pan,
      scale,
      fold,
      unfoldOne,
      toggle,
      ready: () => Boolean(data && root() && root().offsetParent),
      clear: () => (data = null),
      refresh,
      whole: () => zoom([0, data.length]),
      nextError: (by) => next(errors(), by),
      nextHit: (by) => next(hits, by),
      cursor: () => cursor,
      hits: () => hits.length,
      key: (index) => data.id[index],
    },
  });
})();
