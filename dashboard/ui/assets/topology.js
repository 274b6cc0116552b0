/* The graph in the browser: takes over what changed, places what is new, leaves what is there, follows the pointer and
   the URL. The Cytoscape component of React is given no elements: compared and put there one by one, a thousand of them
   would stop the page at every refresh. */
(function () {
  "use strict";
  const GRAPH = "topology-graph";
  const CANVAS = "topology-canvas";
  const MARGIN = 36;
  const LARGEST_ZOOM = 1.15;
  const ROOM = { x: 175, y: 62 };
  const FRAME = 40;
  const WAIT_FRAMES = 240;
  const PLACED = "meshhubPlaced";
  const MARKED = ["dim", "near", "chosen", "stepped"];
  let opening = "";
  const skip = () => window.dash_clientside.no_update;
  const query = () => window.meshhub.query;

  /* dash-cytoscape always names a sensitivity, which is the usual one, and Cytoscape warns of any that is named. */
  const warn = console.warn;
  console.warn = (...told) => {
    if (!String(told[0]).startsWith("You have set a custom wheel sensitivity")) warn.apply(console, told);
  };

  function graph() {
    const holder = document.getElementById(GRAPH);
    if (!holder) return null;
    const found = [holder, ...holder.querySelectorAll("div")].find((each) => each._cyreg && each._cyreg.cy);
    return found ? found._cyreg.cy : null;
  }

  function leaves(cy) {
    return cy.nodes().filter((node) => !node.hasClass("box"));
  }

  function fit() {
    const cy = graph();
    if (!cy || !cy.elements().length) return skip();
    cy.resize();
    cy.fit(undefined, MARGIN);
    if (cy.zoom() > LARGEST_ZOOM) {
      cy.zoom(LARGEST_ZOOM);
      cy.center();
    }
    return skip();
  }

  function put(node, position) {
    node.position(position);
    node.scratch(PLACED, true);
  }

  function arrange(clicks) {
    const cy = graph();
    if (!cy || !clicks) return skip();
    cy.batch(() => leaves(cy).forEach((node) => put(node, { x: node.data("x"), y: node.data("y") })));
    return fit();
  }

  /* --- taking over a drawing ------------------------------------------------------------------------------------ */

  function same(one, other) {
    const names = Object.keys(one);
    return names.every((name) => one[name] === other[name]);
  }

  function update(element, wanted) {
    const data = element.data();
    if (!same(wanted.data, data)) element.data(wanted.data);
    if (data.bend !== undefined && wanted.data.bend === undefined) element.removeData("bend");
    if (element.isNode() && (wanted.data.parent || null) !== (data.parent || null)) {
      element.move({ parent: wanted.data.parent || null });
    }
    const kept = MARKED.filter((name) => element.hasClass(name));
    const classes = wanted.classes.split(" ").concat(kept).sort().join(" ");
    if (classes !== [...element.classes()].sort().join(" ")) element.classes(classes);
  }

  /* What is gone goes, what is new comes, and of the rest only what differs is touched. */
  function takeOver(cy, drawn) {
    const wanted = new Map(drawn.map((each) => [each.data.id, each]));
    cy.batch(() => {
      const moved = (each) => {
        const now = wanted.get(each.id());
        return !now || (each.isEdge() && (now.data.source !== each.data("source") || now.data.target !== each.data("target")));
      };
      const gone = cy.elements().filter(moved);
      /* A box that goes must not take along who stays. */
      gone.filter(".box").children().forEach((child) => child.move({ parent: null }));
      gone.remove();
      const fresh = drawn.filter((each) => cy.getElementById(each.data.id).empty());
      cy.add(fresh.map((each) => ({ group: each.data.source ? "edges" : "nodes", ...each, data: { ...each.data } })));
      const added = new Set(fresh.map((each) => each.data.id));
      for (const each of drawn) if (!added.has(each.data.id)) update(cy.getElementById(each.data.id), each);
    });
  }

  /* --- placing -------------------------------------------------------------------------------------------------- */

  /* By how much the nodes around these stand apart from where the server would put them now. */
  function shift(block, known) {
    const near = block.neighborhood("node").filter((each) => each.scratch(PLACED));
    const from = near.length ? near : known;
    const sum = { x: 0, y: 0 };
    from.forEach((each) => {
      sum.x += each.position("x") - each.data("x");
      sum.y += each.position("y") - each.data("y");
    });
    return { x: sum.x / from.length, y: sum.y / from.length };
  }

  function bounds(block) {
    const xs = block.map((node) => node.data("x"));
    const ys = block.map((node) => node.data("y"));
    return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
  }

  /* Whether a node stands where the block would, moved by so much; a box has a frame around it. */
  function taken(frame, by, room, known) {
    return known.some((each) => {
      const { x, y } = each.position();
      const across = x > frame.left + by.x - room.x && x < frame.right + by.x + room.x;
      return across && y > frame.top + by.y - room.y && y < frame.bottom + by.y + room.y;
    });
  }

  /* Nodes that keep to each other as the server has them, where they are in the way of none. */
  function placeBeside(block, known, framed) {
    const room = framed ? { x: ROOM.x + FRAME, y: ROOM.y + FRAME } : ROOM;
    const frame = bounds(block);
    const by = shift(block, known);
    for (let tries = 0; tries < 200 && taken(frame, by, room, known); tries += 1) by.y += ROOM.y + 12;
    block.forEach((node) => put(node, { x: node.data("x") + by.x, y: node.data("y") + by.y }));
  }

  /* The services of a box that was opened come as one block, others one by one. */
  function blocks(fresh) {
    const opened = fresh.parent().filter((box) => box.children().difference(fresh).empty());
    const alone = fresh.difference(opened.children());
    return [
      ...opened.map((box) => ({ nodes: box.children(), framed: true })),
      ...alone.map((node) => ({ nodes: node, framed: false })),
    ];
  }

  function placeNew(cy) {
    const all = leaves(cy);
    const known = all.filter((node) => node.scratch(PLACED));
    const fresh = all.filter((node) => !node.scratch(PLACED));
    if (!fresh.length) return;
    const anew = fresh.length > known.length;
    cy.batch(() => {
      if (anew) all.forEach((node) => put(node, { x: node.data("x"), y: node.data("y") }));
      else {
        for (const { nodes, framed } of blocks(fresh)) {
          placeBeside(nodes, all.filter((each) => each.scratch(PLACED)), framed);
        }
      }
    });
    if (anew || outside(cy)) fit();
  }

  /* Whether the box that somebody just opened is not where they look. */
  function outside(cy) {
    const box = cy.getElementById(opening);
    opening = "";
    if (box.empty()) return false;
    const frame = box.boundingBox();
    const seen = cy.extent();
    return frame.x1 < seen.x1 || frame.x2 > seen.x2 || frame.y1 < seen.y1 || frame.y2 > seen.y2;
  }

  /* --- emphasis ------------------------------------------------------------------------------------------------- */

  function emphasize(cy, centre) {
    const near = centre.closedNeighborhood().union(centre.descendants()).union(centre.descendants().closedNeighborhood());
    const shown = near.union(near.ancestors()).union(centre.connectedNodes());
    cy.batch(() => {
      cy.elements(".dim, .near").removeClass("dim near");
      if (centre.nonempty()) {
        cy.elements().difference(shown).not(".box, .found").addClass("dim");
        shown.edges().addClass("near");
      }
    });
  }

  function markChosen(cy) {
    const id = query().read().get("select") || "";
    const chosen = cy.getElementById(id);
    cy.elements(".chosen").not(chosen).removeClass("chosen");
    chosen.addClass("chosen");
    const found = cy.elements(".found");
    if (chosen.empty() && found.nonempty()) emphasizeFound(cy, found);
    else emphasize(cy, chosen);
  }

  function emphasizeFound(cy, found) {
    const shown = found.union(found.connectedNodes());
    cy.batch(() => {
      cy.elements(".dim, .near").removeClass("dim near");
      cy.elements().difference(shown).not(".box").addClass("dim");
    });
  }

  function toggleBox(id) {
    const opened = new Set((query().read().get("open") || "").split(",").filter(Boolean));
    opening = opened.delete(id) ? "" : id;
    if (opening) opened.add(id);
    query().change({ open: [...opened].sort().join(","), select: "" });
  }

  /* --- pointer -------------------------------------------------------------------------------------------------- */

  function hint() {
    let place = document.getElementById("graph-hint");
    const canvas = document.getElementById(CANVAS);
    if (!place || !canvas.contains(place)) {
      if (place) place.remove();
      place = canvas.appendChild(document.createElement("div"));
      place.id = "graph-hint";
      place.setAttribute("role", "tooltip");
    }
    return place;
  }

  function showHint(event) {
    const text = event.target.data("why");
    if (!text) return;
    const place = hint();
    place.textContent = text;
    const drawn = event.target.isEdge() ? event.target.renderedMidpoint() : event.target.renderedPosition();
    const at = event.renderedPosition || drawn;
    const frame = document.getElementById(CANVAS).getBoundingClientRect();
    place.classList.add("shown");
    place.style.left = Math.max(8, Math.min(at.x + 14, frame.width - place.offsetWidth - 8)) + "px";
    place.style.top = Math.max(8, Math.min(at.y + 14, frame.height - place.offsetHeight - 8)) + "px";
  }

  function hideHint() {
    hint().classList.remove("shown");
  }

  function listen(cy) {
    if (cy.scratch(PLACED)) return;
    cy.scratch(PLACED, true);
    cy.on("tap", (event) => query().change({ select: event.target === cy ? "" : event.target.id() }));
    cy.on("dbltap", "node.group, node.box", (event) => toggleBox(event.target.id()));
    cy.on("mouseover", "node, edge", (event) => {
      cy.container().style.cursor = "pointer";
      showHint(event);
      if (!query().read().get("select") && !event.target.hasClass("box")) emphasize(cy, event.target);
    });
    cy.on("mouseout", "node, edge", () => {
      cy.container().style.cursor = "";
      hideHint();
      if (!query().read().get("select")) markChosen(cy);
    });
    cy.on("viewport drag", hideHint);
    new ResizeObserver(() => cy.resize()).observe(cy.container());
    if (document.fonts) document.fonts.load("12px MeshhubMarks", "\ue000").then(() => cy.style().update());
  }

  /* --- what Dash calls ------------------------------------------------------------------------------------------ */

  /* React makes the graph after this is called the first time. */
  function whenThere(then, frames) {
    const cy = graph();
    if (cy) then(cy);
    else if (frames > 0) window.requestAnimationFrame(() => whenThere(then, frames - 1));
  }

  let shown = null;

  function answered() {
    return window.dash_clientside.callback_context.triggered.some((each) => each.prop_id.startsWith("topology-drawing."));
  }

  /* `drawn` is the elements as JSON. */
  function place(drawn) {
    if (!drawn) return skip();
    const asked = answered();
    whenThere((cy) => {
      const fresh = drawn !== shown || !cy.elements().length;
      if (fresh) {
        const started = performance.now();
        takeOver(cy, JSON.parse(drawn));
        shown = drawn;
        listen(cy);
        placeNew(cy);
        document.getElementById(CANVAS).dataset.milliseconds = Math.round(performance.now() - started);
      }
      markChosen(cy);
      showFocus();
      document.getElementById(CANVAS).dataset.placed = leaves(cy).length;
      document.dispatchEvent(new CustomEvent("meshhub-drawn", { detail: { fresh: fresh || asked } }));
    }, WAIT_FRAMES);
    return skip();
  }

  function paint(scheme, styles) {
    return styles[scheme || document.documentElement.getAttribute("data-mantine-color-scheme") || "light"];
  }

  /* --- focus ---------------------------------------------------------------------------------------------------- */

  function showFocus() {
    document.querySelector(".topology").dataset.focus = query().read().get("focus") ? "on" : "off";
  }

  function leaveFocus(clicks) {
    if (clicks) query().change({ focus: "", hops: "" });
    return skip();
  }

  /* On the selected service; on the one before, without a focus. */
  function toggleFocus() {
    const cy = graph();
    const given = query().read();
    const chosen = given.get("select") || "";
    const node = cy && chosen && cy.getElementById(chosen);
    if (given.get("focus") && (!chosen || chosen === given.get("focus"))) query().change({ focus: "", hops: "" });
    else if (node && node.nonempty() && node.hasClass("node")) query().change({ focus: chosen });
    else if (given.get("focus")) query().change({ focus: "", hops: "" });
    else window.meshhub.toast("Select a service to focus on");
  }

  function hops(count) {
    if (query().read().get("focus")) query().change({ hops: count === 1 ? "" : String(count) });
  }

  /* --- keyboard ------------------------------------------------------------------------------------------------- */

  function zoom(by) {
    const cy = graph();
    if (!cy) return;
    const container = cy.container();
    const middle = { x: container.clientWidth / 2, y: container.clientHeight / 2 };
    cy.zoom({ level: Math.min(cy.maxZoom(), Math.max(cy.minZoom(), cy.zoom() * by)), renderedPosition: middle });
  }

  function pan(x, y) {
    const cy = graph();
    if (cy) cy.panBy({ x, y });
  }

  /* From service to service in reading order: by column, then from top to bottom. */
  function step(by) {
    const cy = graph();
    if (!cy) return;
    const order = leaves(cy).sort(
      (one, other) => one.position("x") - other.position("x") || one.position("y") - other.position("y"),
    );
    if (!order.length) return;
    const now = order.toArray().findIndex((node) => node.id() === query().read().get("select"));
    const next = order[(now < 0 ? (by > 0 ? 0 : order.length - 1) : now + by + order.length) % order.length];
    query().change({ select: next.id() }, true);
    const box = next.renderedBoundingBox();
    const container = cy.container();
    const outside =
      box.x1 < 0 || box.y1 < 0 || box.x2 > container.clientWidth || box.y2 > container.clientHeight;
    if (outside) cy.center(next);
  }

  window.meshhub = Object.assign(window.meshhub || {}, { graph, focus: toggleFocus, hops, zoom, pan, step, fit });
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    meshhub_topology: { place, paint, fit, arrange, leave_focus: leaveFocus },
  });
})();
