/* The services page in the browser: list or one service, what is looked for in the list, how columns sort. */
(function () {
  "use strict";
  const GRID = "services-grid";
  const PARAMETER = "find";
  const skip = () => window.dash_clientside.no_update;
  const query = () => window.meshhub.query;

  function choose() {
    return query().read().get("id") ? "one" : "list";
  }

  let wanted = "";

  function filter(text) {
    wanted = text;
    window.meshhub.withGrid(GRID, (api) => api.setGridOption("quickFilterText", wanted));
  }

  /* What is looked for stands in the URL: that is copied to the field, and the field to it. */
  function find(value) {
    const asked = query().read().get(PARAMETER) || "";
    const typed = window.dash_clientside.callback_context.triggered.some((each) => each.prop_id.endsWith(".value"));
    if (typed) {
      filter(value || "");
      if (asked !== (value || "")) query().change({ [PARAMETER]: value || "" }, true);
      return skip();
    }
    filter(asked);
    return asked === (value || "") ? skip() : asked;
  }

  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, {
    meshhubByText: (one, other) => (one && one.text ? one.text : "").localeCompare(other && other.text ? other.text : ""),
    meshhubByOrder: (one, other, first, second) => first.data.order - second.data.order,
  });
  window.dash_clientside = Object.assign(window.dash_clientside || {}, { meshhub_services: { choose, find } });
})();
