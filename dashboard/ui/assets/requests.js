/* The field for a request id: what is asked for stands in the URL. */
(function () {
  "use strict";

  function find(search, clicks, submits, id) {
    const triggers = window.dash_clientside.callback_context.triggered.map((each) => each.prop_id);
    if (triggers.length && !triggers.includes("frame-location.search")) {
      /* Enter may come before Dash has heard of the last letters: ask the field itself. */
      window.meshhub.query.change({ id: document.getElementById(id).value.trim(), hop: "" });
      return window.dash_clientside.no_update;
    }
    return window.meshhub.query.read().get("id") || "";
  }

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { meshhub_requests: { find } });
})();
