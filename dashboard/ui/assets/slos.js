/* The SLO page in the browser: list, one SLO or editor; what is looked for; how budgets and burn rates are drawn. */
(function () {
  "use strict";
  const GRID = "slos-grid";
  const FIND = "find";
  const MONTH = "30";
  const skip = () => window.dash_clientside.no_update;
  const query = () => window.meshhub.query;
  const make = (...given) => window.React.createElement(...given);
  const typed = () => window.dash_clientside.callback_context.triggered.some((each) => each.prop_id.endsWith(".value"));

  function choose() {
    const asked = query().read();
    return asked.get("edit") ? "edit" : asked.get("slo") ? "one" : "list";
  }

  function filter(text) {
    window.meshhub.withGrid(GRID, (api) => api.setGridOption("quickFilterText", text));
  }

  /* What is looked for stands in the URL: that is copied to the field, and the field to it. */
  function find(value) {
    const asked = query().read().get(FIND) || "";
    if (typed()) {
      filter(value || "");
      if (asked !== (value || "")) query().change({ [FIND]: value || "" }, true);
      return skip();
    }
    filter(asked);
    return asked === (value || "") ? skip() : asked;
  }

  function days(value) {
    const asked = query().read().get("days") || MONTH;
    if (!query().read().get("edit")) return skip();
    if (typed()) {
      if (asked !== value) query().change({ days: value === MONTH ? "" : value }, true);
      return skip();
    }
    return asked === value ? skip() : asked;
  }

  /* The share of a budget that is left, as a bar and in words. */
  function GridBudget(props) {
    const left = props.value;
    const said = props.data ? props.data.text.left : "";
    if (left === null || left === undefined) return make("span", { className: "muted" }, said);
    const level = left <= 0 ? "spent" : left < 0.25 ? "low" : "fine";
    const width = 100 * Math.max(0, Math.min(left, 1)) + "%";
    return make(
      "span",
      { className: "grid-budget", title: said + " of the budget is left" },
      make("span", { className: "budget-bar " + level }, make("span", { className: "fill", style: { width } })),
      make("span", { className: "said" }, said),
    );
  }

  /* The burn rate of each pair over its long window. */
  function GridBurns(props) {
    return make(
      "span",
      { className: "grid-burns" },
      (props.value || []).map((each, index) =>
        make(
          "span",
          { key: index, className: each.over ? "burn over" : "burn", title: each.title },
          make("span", { className: "muted" }, each.window + " "),
          (each.over ? "■ " : "") + each.text,
        ),
      ),
    );
  }

  /* Go to the line of a fault. */
  function goToLine(number) {
    const field = document.getElementById("slos-text");
    if (!field) return;
    const lines = field.value.split("\n");
    const start = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
    field.focus();
    field.setSelectionRange(start, start + (lines[number - 1] || "").length);
    field.scrollTop = Math.max(0, (number - 4) * parseFloat(window.getComputedStyle(field).lineHeight || "18"));
  }

  document.addEventListener("click", (event) => {
    const fault = event.target.closest("[data-line]");
    if (fault && fault.closest(".faults")) goToLine(Number(fault.getAttribute("data-line")));
  });

  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, {
    GridBudget,
    GridBurns,
  });
  window.dash_clientside = Object.assign(window.dash_clientside || {}, { meshhub_slos: { choose, find, days } });
})();
