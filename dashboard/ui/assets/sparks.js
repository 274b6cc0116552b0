/* Small charts of one number over time, drawn from the data that their element carries (views/sparks.py). */
(function () {
  "use strict";
  const SPACE = "http://www.w3.org/2000/svg";
  const SIZE = { width: 180, height: 34, pad: 2 };

  function make(name, attributes) {
    const made = document.createElementNS(SPACE, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function ceiling(lines) {
    let most = 0;
    for (const values of Object.values(lines)) for (const value of values) most = Math.max(most, value || 0);
    return most || 1;
  }

  /* A line with gaps where nothing was measured; a lone point is a short line. */
  function line(values, most) {
    const across = values.length > 1 ? SIZE.width / (values.length - 1) : 0;
    const height = SIZE.height - 2 * SIZE.pad;
    let path = "";
    let open = false;
    values.forEach((value, index) => {
      if (value === null) {
        open = false;
        return;
      }
      const x = (index * across).toFixed(1);
      const y = (SIZE.pad + height * (1 - value / most)).toFixed(1);
      path += open ? "L" + x + " " + y : "M" + x + " " + y + "h0.5";
      open = true;
    });
    return path;
  }

  function draw(place) {
    const text = place.getAttribute("data-spark");
    if (place.dataset.drawn === text) return;
    place.dataset.drawn = text;
    const data = JSON.parse(text);
    const most = ceiling(data.lines);
    const svg = make("svg", { viewBox: "0 0 " + SIZE.width + " " + SIZE.height, preserveAspectRatio: "none" });
    for (const [name, values] of Object.entries(data.lines).reverse()) {
      svg.appendChild(make("path", { d: line(values, most), class: "line " + name, "vector-effect": "non-scaling-stroke" }));
    }
    const count = Math.max(...Object.values(data.lines).map((values) => values.length));
    for (const [time, kind, said] of data.marks) {
      const x = ((time - data.start) / (data.step * Math.max(1, count - 1))) * SIZE.width;
      const mark = make("line", { x1: x, x2: x, y1: 0, y2: SIZE.height, class: "mark " + kind });
      mark.appendChild(make("title", {})).textContent = said;
      svg.appendChild(mark);
    }
    const cursor = svg.appendChild(make("line", { y1: 0, y2: SIZE.height, class: "cursor" }));
    place.replaceChildren(svg);
    place.onmousemove = (event) => point(place, data, cursor, event, count);
    place.onmouseleave = () => place.closest(".spark-row").removeAttribute("data-at");
  }

  function point(place, data, cursor, event, count) {
    const box = place.getBoundingClientRect();
    const index = Math.max(0, Math.min(count - 1, Math.round(((event.clientX - box.left) / box.width) * (count - 1))));
    const x = (index / Math.max(1, count - 1)) * SIZE.width;
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    const at = new Date(data.start + index * data.step).toISOString().slice(11, 19) + " UTC";
    const said = Object.entries(data.texts).map(([name, texts]) => "as " + name + ": " + texts[index]);
    place.closest(".spark-row").dataset.at = [at, ...said].join(" · ");
  }

  function drawAll() {
    document.querySelectorAll(".spark[data-spark]").forEach(draw);
  }

  new MutationObserver(drawAll).observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-spark"],
  });
})();
