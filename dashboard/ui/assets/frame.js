/* The frame in the browser: colour scheme, navigation, time, copying, whether the hub is there. */
(function () {
  "use strict";
  const SCHEME_KEY = "frame-scheme";
  const AWAY_MILLISECONDS = 10000;
  const UNITS = { s: 1, m: 60, h: 3600, d: 86400 };
  const skip = () => window.dash_clientside.no_update;
  const query = () => window.meshhub.query;

  function stored(key) {
    try {
      return JSON.parse(window.localStorage.getItem(key));
    } catch (error) {
      return null;
    }
  }

  function preferred() {
    return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  function paint(scheme) {
    const chosen = scheme || preferred();
    document.documentElement.setAttribute("data-mantine-color-scheme", chosen);
    return chosen;
  }

  function scheme(clicks, current) {
    if (!clicks) return skip();
    return (current || preferred()) === "dark" ? "light" : "dark";
  }

  function triggered() {
    return window.dash_clientside.callback_context.triggered.map((each) => each.prop_id.split(".")[0]);
  }

  /* Links of the navigation keep scope and time; the page that is shown is marked. */
  function navigate(pathname, search, places) {
    const given = query().read();
    const kept = new URLSearchParams();
    for (const name of (places && places.shared) || []) if (given.has(name)) kept.set(name, given.get(name));
    const tail = query().tidy(kept);
    const links = [...document.querySelectorAll("#frame-navigation .nav-link")];
    const here = links.find((link) => link.pathname === window.location.pathname) || (atRoot(links) && links[0]);
    for (const link of links) {
      window.dash_clientside.set_props(link.id, { href: link.pathname + (tail ? "?" + tail : "") });
      if (link === here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = (here ? here.textContent + " · " : "") + "meshhub";
  }

  function atRoot(links) {
    const root = links.length ? links[0].pathname.replace(/[^/]*$/, "") : "/";
    return window.location.pathname === root || window.location.pathname + "/" === root;
  }

  function isLive() {
    const given = query().read();
    return given.get("live") !== "off" && !given.get("end");
  }

  function follow() {
    return [!isLive() || document.hidden, isLive() ? "true" : "false"];
  }

  function toggleLive(clicks) {
    if (!clicks) return;
    query().change(isLive() ? { live: "off" } : { live: "", end: "" });
  }

  function lengthInSeconds() {
    const match = /^(\d+)([smhd])$/.exec(query().read().get("window") || "15m");
    return match ? Number(match[1]) * UNITS[match[2]] : 900;
  }

  function move(back, forward) {
    const by = triggered()[0];
    if (!(by === "frame-back" ? back : forward)) return;
    const end = query().read().get("end");
    const from = end ? Date.parse(end) : Date.now();
    const length = 1000 * lengthInSeconds();
    const to = from + (by === "frame-back" ? -length : length);
    // A step back and one forward lead to where they began, however long was spent looking: that is the present.
    const present = by === "frame-forward" && to + length > Date.now();
    query().change({ end: present ? "" : new Date(to).toISOString().replace(/\.\d+Z$/, "Z"), live: "" });
  }

  /* The comparison that is chosen, or a time: its window ends then. */
  function compare(...given) {
    const table = given.pop();
    const custom = given.pop();
    const by = triggered()[0];
    if (by === "frame-compare-custom" && custom) {
      const end = new Date(custom.replace(" ", "T"));
      if (!Number.isNaN(end.getTime())) query().change({ compare: end.toISOString().replace(/\.\d+Z$/, "Z") });
      return;
    }
    const index = table.findIndex(([id]) => id === by);
    if (index >= 0 && given[index]) query().change({ compare: table[index][1] });
  }

  function nameComparison(search, table) {
    const chosen = query().read().get("compare") || "";
    const named = table.find(([, value]) => value === chosen);
    document.getElementById("frame-compare-menu").setAttribute("aria-pressed", chosen ? "true" : "false");
    if (!chosen) return "Compare";
    return "vs " + (named ? named[2].replace(/^The/, "the") : chosen.replace("T", " ").replace(/:00Z$/, "Z"));
  }

  /* On with what was compared with last, off again. */
  function toggleCompare() {
    const chosen = query().read().get("compare");
    if (chosen) window.sessionStorage.setItem("meshhub-compare", chosen);
    query().change({ compare: chosen ? "" : window.sessionStorage.getItem("meshhub-compare") || "previous" });
  }

  function help(clicks, opened) {
    return clicks ? !opened : skip();
  }

  function toast(text) {
    let place = document.getElementById("toast");
    if (!place) {
      place = document.body.appendChild(document.createElement("div"));
      place.id = "toast";
      place.setAttribute("role", "status");
    }
    place.textContent = text;
    place.classList.remove("shown");
    void place.offsetWidth;
    place.classList.add("shown");
  }

  function copyText(text, said) {
    const done = () => toast(said);
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, () => copyOldWay(text, done));
    } else {
      copyOldWay(text, done);
    }
  }

  function copyOldWay(text, done) {
    const field = document.body.appendChild(document.createElement("textarea"));
    field.value = text;
    field.select();
    if (document.execCommand("copy")) done();
    field.remove();
  }

  function copy(link, curl, cli, texts) {
    const by = triggered()[0];
    if (by === "frame-copy-link" && link) copyText(window.location.href, "Link copied");
    if (by === "frame-copy-curl" && curl) copyText(texts.curl, "Copied as curl");
    if (by === "frame-copy-cli" && cli) copyText(texts.cli, "Copied as CLI");
  }

  /* The age of the data is asked for every two seconds: when no answer comes, the hub is away, and what it said last
     must not stand as if it were true now. */
  let heardAt = Date.now();

  function heard() {
    heardAt = Date.now();
    delete document.documentElement.dataset.hub;
  }

  window.setInterval(() => {
    if (document.hidden) heardAt = Date.now();
    if (Date.now() - heardAt > AWAY_MILLISECONDS) document.documentElement.dataset.hub = "away";
  }, 1000);

  function askAgain() {
    const requests = window.location.pathname.endsWith("/requests");
    window.dash_clientside.set_props(requests ? "requests-retry" : "frame-tick", { n_intervals: Date.now() });
  }

  document.addEventListener("click", (event) => {
    const copying = event.target.closest("[data-copy]");
    if (copying) copyText(copying.getAttribute("data-copy"), "Copied");
    if (event.target.closest(".retry")) askAgain();
  });

  document.addEventListener("visibilitychange", () => {
    if (window.dash_clientside.set_props) {
      window.dash_clientside.set_props("frame-tick", { disabled: document.hidden || !isLive() });
    }
  });

  paint(stored(SCHEME_KEY));
  window.meshhub = Object.assign(window.meshhub || {}, { toast, toggleCompare, windowSeconds: lengthInSeconds });
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    meshhub_frame: {
      paint,
      scheme,
      navigate,
      follow,
      toggle_live: toggleLive,
      move,
      compare,
      name_comparison: nameComparison,
      help,
      heard,
      copy,
    },
  });
})();
