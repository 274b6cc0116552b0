/* The search box: what it offers, and where it leads. */
(function () {
  "use strict";
  const FIELD = "frame-search";
  const RECENT_KEY = "meshhub-recent";
  const RECENT_COUNT = 6;
  const ECHO_MILLISECONDS = 1000;
  const TRACE_ID = /^[0-9a-f]{32}$/i;
  const skip = () => window.dash_clientside.no_update;
  const query = () => window.meshhub.query;

  function recent() {
    try {
      const kept = JSON.parse(window.localStorage.getItem(RECENT_KEY));
      return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
    } catch (error) {
      return [];
    }
  }

  function remember(text) {
    const others = recent().filter((each) => each !== text);
    window.localStorage.setItem(RECENT_KEY, JSON.stringify([text, ...others].slice(0, RECENT_COUNT)));
  }

  /* The suggestions of the search box: recent ones first, then those that can be had on this page. */
  function offer(places, search) {
    if (!places || !places.options) return skip();
    const asking = [places.request_page, places.trace_page].includes(window.location.pathname);
    const shown = asking && query().read().get(places.request_parameter);
    if (shown) remember(shown);
    const items = recent();
    const actions = Object.keys(places.actions).filter((text) => document.getElementById(places.actions[text]));
    /* A suggestion may stand in the list once only. */
    const rest = places.options
      .concat([{ group: "Actions", items: actions }])
      .map((group) => ({ group: group.group, items: group.items.filter((each) => !items.includes(each)) }));
    return (items.length ? [{ group: "Recent", items }] : []).concat(rest);
  }

  function byId(text, places) {
    const page = TRACE_ID.test(text) ? places.trace_page : places.request_page;
    return [page, { [places.request_parameter]: text }];
  }

  function target(text, places, submitted) {
    /* A name may be anything, also one that every object has. */
    if (Object.prototype.hasOwnProperty.call(places.targets, text)) {
      if (Object.keys(places.targets[text][1]).length) remember(text);
      return places.targets[text];
    }
    if (recent().includes(text)) return byId(text, places);
    if (!submitted) return null;
    const wanted = text.toLowerCase();
    const names = Object.keys(places.targets).map((name) => [name, name.toLowerCase()]);
    const called = names.find(([, name]) => name.split(" · ")[0] === wanted || name === wanted + " page");
    return called ? target(called[0], places, submitted) : byId(text, places);
  }

  /* Enter may come before Dash has heard of the last letters: then the field itself has them, and Dash hears of them
     after the field was emptied. */
  let last = { text: "", at: 0 };

  function go(value, submitted, places) {
    const bySubmit = window.dash_clientside.callback_context.triggered.some((each) => each.prop_id.endsWith("n_submit"));
    const text = (bySubmit ? document.getElementById(FIELD).value : value || "").trim();
    if (!bySubmit && text === last.text && Date.now() - last.at < ECHO_MILLISECONDS) return text ? "" : skip();
    if (bySubmit) last = { text, at: Date.now() };
    if (!text || !places.targets) return skip();
    if (Object.prototype.hasOwnProperty.call(places.actions, text)) return act(places.actions[text]);
    const found = target(text, places, bySubmit);
    if (!found) return skip();
    const given = query().read();
    const parameters = new URLSearchParams();
    for (const name of places.shared) if (given.has(name)) parameters.set(name, given.get(name));
    for (const [name, value] of Object.entries(found[1])) parameters.set(name, value);
    const tail = query().tidy(parameters);
    query().visit(found[0] + (tail ? "?" + tail : ""));
    if (document.activeElement) document.activeElement.blur();
    return "";
  }

  function act(id) {
    const button = document.getElementById(id);
    if (document.activeElement) document.activeElement.blur();
    /* After this callback: what the button does may change what this one reads. */
    if (button) window.setTimeout(() => button.click(), 0);
    return "";
  }

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { meshhub_search: { offer, go } });
})();
