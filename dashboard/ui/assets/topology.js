/* The graph in the browser: places what is new, leaves what is there, follows the pointer and the URL. */
(function () {
  "use strict";
  const GRAPH = "topology-graph";
  const CANVAS = "topology-canvas";
  const MARGIN = 36;
  const LARGEST_ZOOM = 1.15;
  const ROOM = { x: 175, y: 62 };
  const WAIT_FRAMES = 120;
  const PLACED = "meshhubPlaced";
  const query = () => window.meshhub.query;

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
    if (!cy || !cy.elements().length) return window.dash_clientside.no_update;
    cy.resize();
    cy.fit(undefined, MARGIN);
    if (cy.zoom() > LARGEST_ZOOM) {
      cy.zoom(LARGEST_ZOOM);
      cy.center();
    }
    return window.dash_clientside.no_update;
  }

  function put(node, position) {
    node.position(position);
    node.scratch(PLACED, true);
  }

  function arrange(clicks) {
    const cy = graph();
    if (!cy || !clicks) return window.dash_clientside.no_update;
    cy.batch(() => leaves(cy).forEach((node) => put(node, { x: node.data("x"), y: node.data("y") })));
    return fit();
  }

  /* By how much the nodes around this one stand apart from where the server would put them now. */
  function shift(node, known) {
    const near = node.neighborhood("node").filter((each) => each.scratch(PLACED));
    const from = near.length ? near : known;
    const sum = { x: 0, y: 0 };
    from.forEach((each) => {
      sum.x += each.position("x") - each.data("x");
      sum.y += each.position("y") - each.data("y");
    });
    return { x: sum.x / from.length, y: sum.y / from.length };
  }

  function taken(position, known) {
    return known.some(
      (each) =>
        Math.abs(each.position("x") - position.x) < ROOM.x && Math.abs(each.position("y") - position.y) < ROOM.y,
    );
  }

  function placeBeside(node, known) {
    const by = shift(node, known);
    const position = { x: node.data("x") + by.x, y: node.data("y") + by.y };
    for (let tries = 0; tries < 40 && taken(position, known); tries += 1) position.y += ROOM.y + 12;
    put(node, position);
  }

  function placeNew(cy) {
    const all = leaves(cy);
    const known = all.filter((node) => node.scratch(PLACED));
    const fresh = all.filter((node) => !node.scratch(PLACED));
    if (!fresh.length) return;
    const anew = fresh.length > known.length;
    cy.batch(() => {
      if (anew) all.forEach((node) => put(node, { x: node.data("x"), y: node.data("y") }));
      else fresh.forEach((node) => placeBeside(node, all.filter((each) => each.scratch(PLACED))));
    });
    if (anew) fit();
  }

  function emphasize(cy, centre) {
    const near = centre.closedNeighborhood().union(centre.descendants()).union(centre.descendants().closedNeighborhood());
    const shown = near.union(near.ancestors()).union(centre.connectedNodes());
    cy.batch(() => {
      cy.elements().removeClass("dim near");
      if (centre.nonempty()) {
        cy.elements().difference(shown).not(".box").addClass("dim");
        shown.edges().addClass("near");
      }
    });
  }

  function markChosen(cy) {
    const id = query().read().get("select") || "";
    const chosen = cy.getElementById(id);
    cy.elements().removeClass("chosen");
    chosen.addClass("chosen");
    emphasize(cy, chosen);
  }

  function toggleNamespace(id) {
    const name = id.replace(/^namespace:/, "");
    const opened = new Set((query().read().get("open") || "").split(",").filter(Boolean));
    if (!opened.delete(name)) opened.add(name);
    query().change({ open: [...opened].sort().join(","), select: "" });
  }

  function listen(cy) {
    if (cy.scratch(PLACED)) return;
    cy.scratch(PLACED, true);
    cy.on("tap", (event) => query().change({ select: event.target === cy ? "" : event.target.id() }));
    cy.on("dbltap", "node.group, node.box", (event) => toggleNamespace(event.target.id()));
    cy.on("mouseover", "node, edge", (event) => {
      cy.container().style.cursor = "pointer";
      if (!query().read().get("select") && !event.target.hasClass("box")) emphasize(cy, event.target);
    });
    cy.on("mouseout", "node, edge", () => {
      cy.container().style.cursor = "";
      if (!query().read().get("select")) emphasize(cy, cy.collection());
    });
    if (document.fonts) document.fonts.load("12px MeshhubMarks", "\ue000").then(() => cy.style().update());
  }

  /* React draws after this is called: wait until the graph has what it was given. */
  function whenDrawn(elements, then, frames) {
    const cy = graph();
    const last = elements.length ? elements[elements.length - 1].data.id : null;
    const ready = cy && cy.elements().length === elements.length && (!last || cy.getElementById(last).nonempty());
    if (ready) then(cy);
    else if (frames > 0) window.requestAnimationFrame(() => whenDrawn(elements, then, frames - 1));
  }

  function place(elements) {
    whenDrawn(
      elements || [],
      (cy) => {
        listen(cy);
        placeNew(cy);
        markChosen(cy);
        document.getElementById(CANVAS).dataset.placed = leaves(cy).length;
      },
      WAIT_FRAMES,
    );
    return window.dash_clientside.no_update;
  }

  function paint(scheme, styles) {
    return styles[scheme || document.documentElement.getAttribute("data-mantine-color-scheme") || "light"];
  }

  window.meshhub = Object.assign(window.meshhub || {}, { graph });
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    meshhub_topology: { place, paint, fit, arrange },
  });
})();
