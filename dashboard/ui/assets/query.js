/* The state of a view is the query part of the URL. Controls read it and write it here, and nowhere else. */
(function () {
  "use strict";
  const LOCATION = "frame-location.search";

  function read() {
    return new URLSearchParams(window.location.search);
  }

  function tidy(parameters) {
    return parameters.toString().replace(/%2C/g, ",").replace(/%3A/g, ":");
  }

  /* Go to an address without loading anything: dcc.Location listens to this event. */
  function visit(address, replace) {
    if (address === window.location.pathname + window.location.search) return;
    window.history[replace ? "replaceState" : "pushState"]({}, "", address);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  /* Change parameters of this view; an empty value takes one away. */
  function change(changes, replace) {
    const parameters = read();
    for (const [name, value] of Object.entries(changes)) {
      if (value === "" || value === null || value === undefined) parameters.delete(name);
      else parameters.set(name, value);
    }
    const written = tidy(parameters);
    visit(window.location.pathname + (written ? "?" + written : ""), replace);
  }

  function decode(control) {
    const text = read().get(control.parameter);
    if (text === null) return control.fallback;
    if (control.kind === "list") return text.split(",").filter(Boolean);
    return control.kind === "flag" ? text !== "off" : text;
  }

  function encode(control, value) {
    if (control.kind === "flag") return value ? "on" : "off";
    return control.kind === "list" ? (value || []).join(",") : value;
  }

  function same(one, other) {
    return JSON.stringify(one) === JSON.stringify(other);
  }

  function write(control, value) {
    const parameters = read();
    if (same(value, control.fallback)) parameters.delete(control.parameter);
    else parameters.set(control.parameter, encode(control, value));
    const written = tidy(parameters);
    visit(window.location.pathname + (written ? "?" + written : ""), true);
  }

  /* A control and its parameter: what changed last is copied to the other. */
  function bind(search, value, id, controls) {
    const triggers = window.dash_clientside.callback_context.triggered.map((each) => each.prop_id);
    const control = controls[id];
    if (triggers.length && !triggers.includes(LOCATION)) {
      if (!same(value, decode(control))) write(control, value);
      return window.dash_clientside.no_update;
    }
    const asked = decode(control);
    return same(asked, value) ? window.dash_clientside.no_update : asked;
  }

  window.meshhub = Object.assign(window.meshhub || {}, { query: { read, change, visit, tidy } });
  window.dash_clientside = Object.assign(window.dash_clientside || {}, { meshhub_query: { bind } });
})();
