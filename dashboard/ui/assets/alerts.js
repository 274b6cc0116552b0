/* The alerts page in the browser: which parts are seen, who does things, and what was pressed. */
(function () {
  "use strict";
  const FIND = "find";
  const skip = () => window.dash_clientside.no_update;
  const query = () => window.meshhub.query;
  const triggers = () => window.dash_clientside.callback_context.triggered.map((each) => each.prop_id);
  const valueOf = (id) => (document.getElementById(id) || { value: "" }).value.trim();

  function choose() {
    const asked = query().read();
    const tab = asked.get("tab") || "alerts";
    const panel = asked.get("alert") ? "alert" : asked.get("group") ? "group" : tab === "silences" ? "silence" : "none";
    return [panel, tab];
  }

  /* What is looked for stands in the URL: that is copied to the field, and the field to it. */
  function find(value) {
    const asked = query().read().get(FIND) || "";
    if (triggers().some((each) => each.endsWith(".value"))) {
      if (asked !== (value || "")) query().change({ [FIND]: value || "" }, true);
      return skip();
    }
    return asked === (value || "") ? skip() : asked;
  }

  /* The name is asked for once and kept in this browser. */
  function who(name, kept) {
    if (triggers().some((each) => each.endsWith(".value")) && (name || "") !== (kept || "")) return [skip(), name || ""];
    return (name || "") === (kept || "") ? [skip(), skip()] : [kept || "", skip()];
  }

  let deeds = 0;

  function tell(deed) {
    const name = valueOf("alerts-name");
    if (!name) {
      const field = document.getElementById("alerts-name");
      if (field) field.focus();
      window.meshhub.toast("Say who you are first: your name is written beside what you do");
      return;
    }
    deeds += 1;
    window.dash_clientside.set_props("alerts-deed", { data: { ...deed, who: name, at: Date.now() + deeds } });
  }

  function press() {
    const by = triggers()[0] || "";
    const chosen = query().read().get("alert") || "";
    if (by === "alerts-acknowledge.n_clicks") {
      tell({ kind: "acknowledge", subject: chosen, comment: valueOf("alerts-comment") });
    }
    if (by === "alerts-silence.n_clicks") {
      const length = document.querySelector("#alerts-duration input:checked");
      tell({
        kind: "silence",
        matchers: valueOf("alerts-matchers"),
        duration: length ? length.value : "2h",
        comment: valueOf("alerts-why"),
      });
    }
    return skip();
  }

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-deed]");
    if (pressed) tell({ kind: pressed.getAttribute("data-deed"), subject: pressed.getAttribute("data-subject") });
  });

  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    meshhub_alerts: { choose, find, who, press },
  });
})();
