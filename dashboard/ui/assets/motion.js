/* Traffic on the edges: dots are requests, red diamonds failed ones. Denser is more requests, slower is longer answers.
   A canvas of its own over the graph, so that the graph itself is not drawn anew. Bounded, and still where nobody looks
   or where the reader wants no motion. */
(function () {
  "use strict";
  const CANVAS = "topology-canvas";
  const MOST_EDGES = 90;
  const FRAME_MILLISECONDS = 40;
  const GAP = { widest: 130, narrowest: 26 };
  const SPEED = { fastest: 90, slowest: 18 };
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  let asked = true;
  let paths = [];
  let stale = true;
  let running = false;
  let last = 0;
  let followed = null;

  function layer() {
    const holder = document.getElementById(CANVAS);
    if (!holder) return null;
    let canvas = holder.querySelector("canvas.motion");
    if (!canvas) {
      canvas = document.createElement("canvas");
      canvas.className = "motion";
      canvas.setAttribute("aria-hidden", "true");
      holder.querySelector(".graph").after(canvas);
    }
    return canvas;
  }

  function wanted() {
    return asked && !still.matches && !document.hidden && Boolean(document.getElementById(CANVAS));
  }

  function rendered(cy, position) {
    return { x: position.x * cy.zoom() + cy.pan().x, y: position.y * cy.zoom() + cy.pan().y };
  }

  /* Points along the edge as it is drawn now. */
  function course(edge) {
    const from = edge.renderedSourceEndpoint();
    const to = edge.renderedTargetEndpoint();
    const bends = edge.isLoop() ? null : edge.controlPoints();
    if (!from || !to || Number.isNaN(from.x) || Number.isNaN(to.x)) return null;
    const by = bends && bends.length ? rendered(edge.cy(), bends[0]) : { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
    return { from, by, to, length: Math.hypot(by.x - from.x, by.y - from.y) + Math.hypot(to.x - by.x, to.y - by.y) };
  }

  /* Where the edge's text stands: nothing moves across it. */
  function label(edge) {
    const lines = (edge.data("label") || "").split("\n");
    const zoom = edge.cy().zoom();
    const at = edge.renderedMidpoint();
    const shown = edge.data("label") && parseFloat(edge.style("text-opacity")) > 0 && 11 * zoom >= 7;
    const longest = Math.max(...lines.map((line) => line.length));
    return shown ? { ...at, width: longest * 3.2 * zoom + 4, height: lines.length * 7.5 * zoom + 3 } : null;
  }

  function covers(box, x, y) {
    return box && Math.abs(x - box.x) < box.width && Math.abs(y - box.y) < box.height;
  }

  function measure(cy) {
    const busy = cy.edges().filter((edge) => edge.data("rate") > 0 && !edge.hasClass("dim"));
    /* Of too many edges, those that the reader looks at: all of them would be noise. */
    const edges = (busy.length > MOST_EDGES ? busy.filter(".near, .chosen") : busy)
      .sort((one, other) => other.data("rate") - one.data("rate"))
      .slice(0, MOST_EDGES);
    const before = new Map(paths.map((path) => [path.id, path.at]));
    paths = [];
    edges.forEach((edge) => {
      const path = course(edge);
      if (!path || path.length < 12) return;
      const heavy = Math.min(1, Math.log10(1 + edge.data("rate")) / 3.2);
      const slow = Math.min(1, Math.log10(1 + (edge.data("ms") || 5)) / 3.7);
      paths.push({
        ...path,
        id: edge.id(),
        bad: edge.data("bad") || 0,
        gap: GAP.widest + (GAP.narrowest - GAP.widest) * heavy,
        speed: SPEED.fastest + (SPEED.slowest - SPEED.fastest) * slow,
        at: before.get(edge.id()) || 0,
        label: label(edge),
      });
    });
    stale = false;
  }

  function point(path, share) {
    const rest = 1 - share;
    const mix = (axis) =>
      rest * rest * path.from[axis] + 2 * rest * share * path.by[axis] + share * share * path.to[axis];
    return { x: mix("x"), y: mix("y") };
  }

  /* Whether the n-th of the requests on an edge failed, such that the share of them is right. */
  function failed(path, number) {
    return Math.floor((number + 1) * path.bad) > Math.floor(number * path.bad);
  }

  function draw(canvas, scale, seconds) {
    const pen = canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    const density = window.devicePixelRatio || 1;
    pen.scale(density, density);
    const colours = window.getComputedStyle(document.documentElement);
    const good = colours.getPropertyValue("--mh-accent");
    const bad = colours.getPropertyValue("--mh-failing");
    const size = Math.max(1.2, Math.min(3, 2.6 * scale));
    for (const path of paths) {
      path.at += seconds * path.speed * Math.max(0.4, Math.min(1, scale));
      const first = path.at % path.gap;
      const sent = Math.floor(path.at / path.gap);
      for (let on = first, number = sent; on < path.length; on += path.gap, number -= 1) {
        const { x, y } = point(path, on / path.length);
        if (covers(path.label, x, y)) continue;
        const ill = number >= 0 && failed(path, number);
        pen.fillStyle = ill ? bad : good;
        pen.beginPath();
        if (ill) diamond(pen, x, y, size * 1.8);
        else pen.arc(x, y, size, 0, 2 * Math.PI);
        pen.fill();
      }
    }
  }

  function diamond(pen, x, y, size) {
    pen.moveTo(x, y - size);
    pen.lineTo(x + size, y);
    pen.lineTo(x, y + size);
    pen.lineTo(x - size, y);
    pen.closePath();
  }

  function fitLayer(canvas) {
    const density = window.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * density);
    const height = Math.round(canvas.clientHeight * density);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  }

  function frame(now) {
    const cy = wanted() && window.meshhub.graph();
    const canvas = layer();
    if (!cy || !canvas) {
      running = false;
      if (canvas) canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
      return;
    }
    if (now - last >= FRAME_MILLISECONDS) {
      const seconds = Math.min(0.1, (now - last) / 1000);
      last = now;
      if (stale) measure(cy);
      fitLayer(canvas);
      draw(canvas, cy.zoom(), seconds);
    }
    window.requestAnimationFrame(frame);
  }

  function start() {
    const cy = window.meshhub.graph();
    if (cy && cy !== followed) {
      followed = cy;
      cy.on("viewport position add remove data style class", () => {
        stale = true;
      });
    }
    stale = true;
    if (!running && wanted()) {
      running = true;
      window.requestAnimationFrame(frame);
    }
  }

  function move(checked) {
    asked = checked !== false;
    start();
    return window.dash_clientside.no_update;
  }

  document.addEventListener("meshhub-drawn", start);
  document.addEventListener("visibilitychange", start);
  still.addEventListener("change", start);
  window.meshhub = Object.assign(window.meshhub || {}, { moving: () => running && paths.length });
  window.dash_clientside = Object.assign(window.dash_clientside || {}, { meshhub_motion: { move } });
})();
