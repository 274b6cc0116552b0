/* The search box: what it offers, and where it leads. */
(function () {
  "use strict";
  const FIELD = "frame-search";
  const RECENT_KEY = "meshhub-recent-requests";
  const RECENT_COUNT = 5;
  const ECHO_MILLISECONDS = 1000;
  const skip = () => window.dash_clientside.no_update;
  const query = () => window.meshhub.query;

  function recent() {
    try {
      return JSON.parse(window.localStorage.getItem(RECENT_KEY)) || [];
    } catch (error) {
      return [];
    }
  }

  function remember(id) {
    const others = recent().filter((each) => each !== id);
    window.localStorage.setItem(RECENT_KEY, JSON.stringify([id, ...others].slice(0, RECENT_COUNT)));
  }

  /* The suggestions of the search box: recent requests first. */
  function offer(places, search) {
    if (!places || !places.options) return skip();
    const shown = window.location.pathname === places.request_page && query().read().get(places.request_parameter);
    if (shown) remember(shown);
    const items = recent();
    return (items.length ? [{ group: "Recent requests", items }] : []).concat(places.options);
  }

  function target(text, places, submitted) {
    /* A name may be anything, also one that every object has. */
    const has = (names) => Object.prototype.hasOwnProperty.call(names, text);
    if (has(places.services)) return [places.service_page, { [places.service_parameter]: places.services[text] }];
    if (has(places.pages)) return [places.pages[text], {}];
    if (recent().includes(text)) return [places.request_page, { [places.request_parameter]: text }];
    if (!submitted) return null;
    const wanted = text.toLowerCase();
    const named = Object.keys(places.services).find((name) => name.split(" · ")[0].toLowerCase() === wanted);
    if (named) return [places.service_page, { [places.service_parameter]: places.services[named] }];
    return [places.request_page, { [places.request_parameter]: text }];
  }

  /* Enter may come before Dash has heard of the last letters: then the field itself has them, and Dash hears of them
     after the field was emptied. */
  let last = { text: "", at: 0 };

  function go(value, submitted, places) {
    const bySubmit = window.dash_clientside.callback_context.triggered.some((each) => each.prop_id.endsWith("n_submit"));
    const text = (bySubmit ? document.getElementById(FIELD).value : value || "").trim();
    if (!bySubmit && text === last.text && Date.now() - last.at < ECHO_MILLISECONDS) return text ? "" : skip();
    if (bySubmit) last = { text, at: Date.now() };
    const found = text && places.services && target(text, places, bySubmit);
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

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { meshhub_search: { offer, go } });
})();
