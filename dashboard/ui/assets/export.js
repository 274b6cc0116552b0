/* Pictures of the graph, as it is seen: PNG by Cytoscape, SVG by ourselves. */
(function () {
  "use strict";
  const SPACE = "http://www.w3.org/2000/svg";
  const MARGIN = 40;
  const skip = () => window.dash_clientside.no_update;

  function save(content, name) {
    const address = URL.createObjectURL(content);
    const anchor = document.createElement("a");
    anchor.href = address;
    anchor.download = name;
    document.body.appendChild(anchor).click();
    anchor.remove();
    window.setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  function fileName(ending) {
    return "meshhub-" + new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-") + "." + ending;
  }

  function ground() {
    return window.getComputedStyle(document.documentElement).getPropertyValue("--mh-page").trim();
  }

  function png(cy) {
    const full = cy.elements().boundingBox();
    const scale = Math.max(0.2, Math.min(2, 12000 / Math.max(full.w, full.h, 1)));
    save(cy.png({ output: "blob", full: true, scale, bg: ground() }), fileName("png"));
  }

  /* --- SVG ------------------------------------------------------------------------------------------------------ */

  function make(name, attributes) {
    const made = document.createElementNS(SPACE, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  const DASHES = { dashed: "6 4", dotted: "2 3" };

  function outline(node) {
    const { x, y } = node.position();
    const w = node.width() + (node.isParent() ? 2 * parseFloat(node.style("padding")) : 0);
    const h = node.height() + (node.isParent() ? 2 * parseFloat(node.style("padding")) : 0);
    const style = {
      fill: node.style("background-color"),
      "fill-opacity": node.style("background-opacity"),
      stroke: node.style("border-color"),
      "stroke-width": parseFloat(node.style("border-width")),
      "stroke-dasharray": DASHES[node.style("border-style")] || "",
      opacity: node.style("opacity"),
    };
    const shape = node.style("shape");
    if (shape === "ellipse") return make("ellipse", { cx: x, cy: y, rx: w / 2, ry: h / 2, ...style });
    const corners = { "round-hexagon": [0.25, 0.5], "cut-rectangle": [0.08, 0.2] }[shape];
    if (!corners) {
      const round = shape === "barrel" ? 14 : 6;
      return make("rect", { x: x - w / 2, y: y - h / 2, width: w, height: h, rx: round, ...style });
    }
    const [cx, cy] = [w * corners[0], shape === "round-hexagon" ? h / 2 : h * corners[1]];
    const [l, r, t, b] = [x - w / 2, x + w / 2, y - h / 2, y + h / 2];
    const points = [[l + cx, t], [r - cx, t], [r, t + cy], [r, b - cy], [r - cx, b], [l + cx, b], [l, b - cy], [l, t + cy]];
    return make("polygon", { points: points.map((each) => each.join(",")).join(" "), ...style });
  }

  function words(text, x, y, element, above) {
    const size = parseFloat(element.style("font-size"));
    const lines = text.split("\n");
    const made = make("text", {
      x,
      "text-anchor": "middle",
      "font-size": size,
      "font-weight": element.style("font-weight"),
      fill: element.style("color"),
      opacity: element.style("text-opacity"),
    });
    const top = above ? y - 6 : y - ((lines.length - 1) * size * 1.3) / 2 + size * 0.35;
    lines.forEach((each, index) => {
      const line = make("tspan", { x, y: top + index * size * 1.3 });
      line.textContent = each;
      made.appendChild(line);
    });
    return made;
  }

  function path(edge) {
    const from = edge.sourceEndpoint();
    const to = edge.targetEndpoint();
    const bends = edge.controlPoints() || [];
    let d = "M" + from.x + " " + from.y;
    if (bends.length === 1) d += "Q" + bends[0].x + " " + bends[0].y + " " + to.x + " " + to.y;
    else if (bends.length > 1) {
      d += "C" + bends[0].x + " " + bends[0].y + " " + bends[1].x + " " + bends[1].y + " " + to.x + " " + to.y;
    } else d += "L" + to.x + " " + to.y;
    const before = bends.length ? bends[bends.length - 1] : from;
    return { d, to, angle: (Math.atan2(to.y - before.y, to.x - before.x) * 180) / Math.PI };
  }

  function drawEdge(edge, into) {
    const { d, to, angle } = path(edge);
    const colour = edge.style("line-color");
    const opacity = edge.style("line-opacity") * edge.style("opacity");
    const dash = DASHES[edge.style("line-style")] || "";
    const wide = parseFloat(edge.style("width"));
    into.appendChild(make("path", { d, fill: "none", stroke: colour, "stroke-width": wide, "stroke-dasharray": dash, opacity }));
    const size = 5 + wide;
    const head = make("polygon", { points: "0,0 " + -size + "," + size / 2 + " " + -size + "," + -size / 2, fill: colour, opacity });
    head.setAttribute("transform", "translate(" + to.x + " " + to.y + ") rotate(" + angle + ")");
    into.appendChild(head);
  }

  function svg(cy) {
    const box = cy.elements().boundingBox();
    const view = [box.x1 - MARGIN, box.y1 - MARGIN, box.w + 2 * MARGIN, box.h + 2 * MARGIN];
    const root = make("svg", { viewBox: view.join(" "), width: view[2], height: view[3], "font-family": "system-ui, sans-serif" });
    root.appendChild(make("rect", { x: view[0], y: view[1], width: view[2], height: view[3], fill: ground() }));
    cy.nodes(".box").forEach((each) => {
      root.appendChild(outline(each));
      root.appendChild(words(each.data("label"), each.position("x"), each.boundingBox({ includeLabels: false }).y1, each, true));
    });
    cy.edges().forEach((each) => drawEdge(each, root));
    cy.nodes().not(".box").forEach((each) => {
      root.appendChild(outline(each));
      root.appendChild(words(plain(each.data("label")), each.position("x"), each.position("y"), each));
    });
    cy.edges().forEach((each) => {
      const at = each.midpoint();
      if (parseFloat(each.style("text-opacity")) > 0) root.appendChild(words(plain(each.data("label")), at.x, at.y, each));
    });
    save(new Blob([new XMLSerializer().serializeToString(root)], { type: "image/svg+xml" }), fileName("svg"));
  }

  /* Our two glyphs for locks are in no font of the reader's. */
  function plain(label) {
    return label.replace(/\ue000/g, "🔒").replace(/\ue001/g, "🔓");
  }

  function keep(asPng, asSvg) {
    const by = window.dash_clientside.callback_context.triggered.map((each) => each.prop_id.split(".")[0]);
    const cy = window.meshhub.graph();
    if (cy && by.includes("topology-png") && asPng) png(cy);
    if (cy && by.includes("topology-svg") && asSvg) svg(cy);
    return skip();
  }

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { meshhub_export: { keep } });
})();
