/* The whole trace in a strip: every span a line, failed ones in the colour of failure; dragging zooms. */
(function () {
  "use strict";
  const ERROR = 1;
  const HEIGHT = 56;
  const SHORTEST_DRAG = 4;

  function paint(place, data) {
    const canvas = place.querySelector("canvas");
    const ratio = window.devicePixelRatio || 1;
    const width = place.clientWidth;
    canvas.width = width * ratio;
    canvas.height = HEIGHT * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const failing = window.getComputedStyle(document.documentElement).getPropertyValue("--mh-failing");
    const count = data.id.length;
    const thick = Math.max(1, Math.min(4, HEIGHT / count));
    const line = (index, colour) => {
      pen.fillStyle = colour;
      const left = (data.start[index] / data.length) * width;
      pen.fillRect(left, (index / count) * (HEIGHT - thick), Math.max((data.span[index] / data.length) * width, 1), thick);
    };
    for (let index = 0; index < count; index += 1) line(index, data.services[data.service[index]].colour);
    for (let index = 0; index < count; index += 1) if (data.flags[index] & ERROR) line(index, failing);
  }

  function piece(place, name) {
    let made = place.querySelector("." + name);
    if (!made) {
      made = place.appendChild(document.createElement("div"));
      made.className = name;
    }
    return made;
  }

  /* What of the trace the rows show: the time between the shades, and the rows in view. */
  function frame(place, data, range, view, height) {
    if (!place) return;
    const before = piece(place, "before");
    const after = piece(place, "after");
    before.style.width = (100 * range[0]) / data.length + "%";
    after.style.width = 100 - (100 * range[1]) / data.length + "%";
    const rows = piece(place, "rows-in-view");
    const whole = Math.max(height, view.clientHeight);
    rows.style.top = (100 * view.scrollTop) / whole + "%";
    rows.style.height = (100 * view.clientHeight) / whole + "%";
  }

  function watch(place, dataOf, rangeOf, zoom) {
    let from = null;
    const time = (event) => {
      const box = place.getBoundingClientRect();
      return (Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1)) * dataOf().length;
    };
    place.addEventListener("pointerdown", (event) => {
      from = { x: event.clientX, at: time(event) };
      place.setPointerCapture(event.pointerId);
    });
    place.addEventListener("pointermove", (event) => {
      if (!from || Math.abs(event.clientX - from.x) < SHORTEST_DRAG) return;
      const to = time(event);
      zoom([Math.min(from.at, to), Math.max(from.at, to)]);
    });
    place.addEventListener("pointerup", (event) => {
      if (from && Math.abs(event.clientX - from.x) < SHORTEST_DRAG) {
        const half = (rangeOf()[1] - rangeOf()[0]) / 2;
        zoom([from.at - half, from.at + half]);
      }
      from = null;
    });
    place.addEventListener("dblclick", () => zoom([0, dataOf().length]));
    new ResizeObserver(() => dataOf() && paint(place, dataOf())).observe(place);
  }

  window.meshhub = Object.assign(window.meshhub || {}, { minimap: { paint, frame, watch } });
})();
