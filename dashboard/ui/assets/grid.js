/* How cells of tables look. Everything that telemetry says goes into text nodes. */
(function () {
  "use strict";
  const make = (...given) => window.React.createElement(...given);

  /* A link to a view of this app: {text, href, note}. */
  function GridLink(props) {
    const given = props.value;
    if (!given) return null;
    if (!given.href) return make("span", { title: given.text }, given.text);
    const open = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      window.meshhub.query.visit(given.href);
    };
    return make(
      "span",
      { className: "grid-link", title: given.title || given.text },
      make("a", { href: given.href, className: "link", onClick: open }, given.text),
      given.note ? make("span", { className: "muted" }, " " + given.note) : null,
    );
  }

  /* A state by colour, shape and word: {health, glyph, word, reason}. */
  function GridHealth(props) {
    const given = props.value;
    if (!given) return null;
    return make(
      "span",
      { className: "health " + given.health, title: given.reason || "" },
      make("span", { className: "glyph" }, given.glyph),
      given.word,
    );
  }

  /* A course of numbers as a line. */
  function GridSpark(props) {
    const values = props.value || [];
    const most = Math.max(...values, 0);
    if (!most) return make("span", { className: "muted" }, "–");
    const wide = 92;
    const high = 20;
    const points = values.map((value, index) => [
      ((index * wide) / Math.max(values.length - 1, 1)).toFixed(1),
      (high - 1 - (value * (high - 3)) / most).toFixed(1),
    ]);
    const line = points.map((point) => point.join(",")).join(" ");
    return make(
      "svg",
      { className: "grid-spark", width: wide, height: high, viewBox: "0 0 " + wide + " " + high, "aria-hidden": true },
      make("polygon", { points: "0," + high + " " + line + " " + wide + "," + high }),
      make("polyline", { points: line }),
    );
  }

  /* A number beside what it was: {text, delta, worse}. */
  function GridDelta(props) {
    const text = props.data && props.data.text ? props.data.text[props.colDef.field] : "";
    const delta = props.data && props.data.delta;
    return make(
      "span",
      null,
      delta && props.colDef.field === delta.field
        ? make("span", { className: "delta " + delta.health, title: delta.title }, delta.text + " ")
        : null,
      text,
    );
  }

  const TRIES = 100;
  const TRY_MILLISECONDS = 100;

  /* Do something with a table once it is there: its script comes after the page. */
  function withGrid(id, then, tries) {
    const left = tries === undefined ? TRIES : tries;
    if (window.dash_ag_grid && document.getElementById(id)) {
      window.dash_ag_grid.getApiAsync(id).then(then).catch(() => undefined);
    } else if (left > 0) {
      window.setTimeout(() => withGrid(id, then, left - 1), TRY_MILLISECONDS);
    }
  }

  /* The row after or before the one with the focus, of the table that is seen. */
  function stepInGrid(by) {
    const grid = [...document.querySelectorAll(".grid[id], .grid [id]")].find(
      (each) => each.offsetParent && each.querySelector(".ag-root-wrapper"),
    );
    if (!grid) return;
    withGrid(grid.id, (api) => {
      const rows = api.getDisplayedRowCount();
      if (!rows) return;
      const focused = api.getFocusedCell();
      const wanted = focused ? Math.min(rows - 1, Math.max(0, focused.rowIndex + by)) : 0;
      api.ensureIndexVisible(wanted);
      api.setFocusedCell(wanted, focused ? focused.column : api.getAllDisplayedColumns()[0]);
    });
  }

  /* Enter opens what the row with the focus links to. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".ag-cell")) return;
    const name = event.target.closest(".ag-row").getAttribute("row-id");
    const parts = [...event.target.closest(".ag-root-wrapper").querySelectorAll(".ag-row")];
    const link = parts.filter((row) => row.getAttribute("row-id") === name).map((row) => row.querySelector(".grid-link a")).find(Boolean);
    if (link) link.click();
  });

  window.meshhub = Object.assign(window.meshhub || {}, { withGrid, stepInGrid });
  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, {
    GridLink,
    GridHealth,
    GridSpark,
    GridDelta,
  });
})();
