/* The service map and the flame graph of a trace. Everything that comes from telemetry is text, never markup. */
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const BOX = { width: 190, height: 46, across: 330, down: 74, edge: 24 };
  const ROW = 20;
  const NARROWEST = 0.05;
  const SMALLEST = 0.7;
  let zoomed = null;

  function shape(kind, attributes, text) {
    const made = document.createElementNS(SVG, kind);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  const cut = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

  function positions(nodes) {
    const used = new Map();
    const found = new Map();
    for (const node of nodes) {
      const row = used.get(node.column) || 0;
      used.set(node.column, row + 1);
      found.set(node.name, { x: BOX.edge + node.column * BOX.across, y: BOX.edge + row * BOX.down });
    }
    return found;
  }

  function drawEdge(edge, from, to) {
    const group = shape("g", { class: edge.errors ? "map-edge failing" : "map-edge" });
    const back = to.x <= from.x;
    const start = { x: from.x + (back ? BOX.width / 2 : BOX.width), y: from.y + (back ? BOX.height : BOX.height / 2) };
    const end = { x: to.x + (back ? BOX.width / 2 : 0), y: to.y + (back ? BOX.height : BOX.height / 2) };
    const bend = back ? 40 : (end.x - start.x) / 2;
    const middle = back
      ? `C ${start.x} ${start.y + bend}, ${end.x} ${end.y + bend}, ${end.x} ${end.y}`
      : `C ${start.x + bend} ${start.y}, ${end.x - bend} ${end.y}, ${end.x} ${end.y}`;
    group.append(shape("path", { d: `M ${start.x} ${start.y} ${middle}`, "marker-end": "url(#arrow)" }));
    const text = edge.says + (edge.errors ? ` · ■ ${edge.errors}` : "");
    const at = back
      ? { x: (start.x + end.x) / 2, y: Math.max(start.y, end.y) + bend * 0.8 }
      : { x: start.x + (end.x - start.x) * 0.5, y: start.y + (end.y - start.y) * 0.5 - 5 };
    group.append(shape("text", { x: at.x, y: at.y, "text-anchor": "middle" }, text));
    return group;
  }

  function drawNode(node, at) {
    const group = shape("g", { class: node.errors ? "map-node failing" : "map-node" });
    group.append(shape("title", {}, node.name + ": " + node.says));
    group.append(shape("rect", { x: at.x, y: at.y, width: BOX.width, height: BOX.height, rx: 6 }));
    group.append(shape("rect", { x: at.x, y: at.y, width: 5, height: BOX.height, rx: 2, fill: node.colour, class: "tone" }));
    const name = (node.errors ? "■ " : "") + cut(node.name || "unknown", 24);
    group.append(shape("text", { x: at.x + 14, y: at.y + 19, class: "name" }, name));
    group.append(shape("text", { x: at.x + 14, y: at.y + 36, class: "says" }, cut(node.says, 32)));
    return group;
  }

  function drawMap(place, data) {
    const at = positions(data.nodes);
    const all = [...at.values()];
    const width = Math.max(...all.map((each) => each.x)) + BOX.width + BOX.edge;
    const height = Math.max(...all.map((each) => each.y)) + BOX.height + 2 * BOX.edge;
    const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, class: "trace-map", role: "img" });
    svg.style.maxWidth = "100%";
    svg.style.minWidth = Math.round(SMALLEST * width) + "px";
    svg.style.height = "auto";
    const arrow = shape("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" });
    arrow.append(shape("path", { d: "M 0 0 L 8 4 L 0 8 z" }));
    const marks = shape("defs", {});
    marks.append(arrow);
    svg.append(marks);
    for (const edge of data.edges) svg.append(drawEdge(edge, at.get(edge.from), at.get(edge.to)));
    for (const node of data.nodes) svg.append(drawNode(node, at.get(node.name)));
    place.replaceChildren(svg);
  }

  function drawFlame(place, data) {
    const [from, to] = zoomed || [0, data.whole];
    const sheet = document.createElement("div");
    sheet.className = "flame";
    let deepest = 0;
    for (const box of data.boxes) {
      const first = Math.max((100 * (box.left - from)) / (to - from), 0);
      const last = Math.min((100 * (box.left + box.width - from)) / (to - from), 100);
      if (last - first < NARROWEST) continue;
      deepest = Math.max(deepest, box.depth);
      const made = document.createElement("button");
      made.className = box.errors ? "flame-box failing" : "flame-box";
      made.style.left = first + "%";
      made.style.width = last - first + "%";
      made.style.top = box.depth * ROW + "px";
      made.style.setProperty("--bar", box.colour);
      made.textContent = (box.errors ? "■ " : "") + box.service + " · " + box.name;
      made.title = box.service + " · " + box.name + "\n" + box.says + (box.errors ? ", " + box.errors + " failed" : "");
      made.addEventListener("click", () => {
        zoomed = zoomed && zoomed[0] === box.left && zoomed[1] === box.left + box.width ? null : [box.left, box.left + box.width];
        drawFlame(place, data);
      });
      sheet.append(made);
    }
    sheet.style.height = (deepest + 1) * ROW + "px";
    const hint = document.createElement("p");
    hint.className = "muted";
    hint.textContent =
      "Width is work: what ran at the same time lies side by side. Click a box to zoom, again for the whole.";
    place.replaceChildren(hint, sheet);
  }

  function paint(place, data) {
    zoomed = null;
    if (!data) return place.replaceChildren();
    if (data.kind === "map") return drawMap(place, data);
    return drawFlame(place, data);
  }

  window.meshhub = Object.assign(window.meshhub || {}, { traceDrawing: { paint } });
})();
