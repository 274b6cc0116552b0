/* The replay: which frame is shown stands in the URL (`at`); this plays, steps and scrubs. */
(function () {
  "use strict";
  const PATIENCE_MILLISECONDS = 10000;
  const skip = () => window.dash_clientside.no_update;
  const query = () => window.meshhub.query;
  let frames = [];
  let pace = 1000;
  let timer = null;
  let eager = false;
  /* Since when a frame is awaited; 0 if none is. */
  let waiting = 0;

  function current() {
    const at = Date.parse(query().read().get("at") || "");
    if (Number.isNaN(at)) return -1;
    let best = -1;
    frames.forEach((each, index) => {
      const nearer = best < 0 || Math.abs(Date.parse(each) - at) < Math.abs(Date.parse(frames[best]) - at);
      if (nearer) best = index;
    });
    return best;
  }

  function bar(name, value) {
    const place = document.getElementById("topology-replay-bar");
    if (place) place.dataset[name] = value;
  }

  function show(given) {
    const on = Boolean(query().read().get("at"));
    frames = given || [];
    bar("shown", on ? "on" : "off");
    const canvas = window.meshhub.graph && window.meshhub.graph();
    if (canvas) window.requestAnimationFrame(() => canvas.resize());
    if (!on) pause();
    if (!on || !frames.length) return [skip(), skip(), ""];
    const index = current();
    if (eager) play();
    eager = false;
    return [frames.length - 1, index, clock(frames[index]) + "  " + (index + 1) + "/" + frames.length];
  }

  function clock(time) {
    return time.slice(11, 19) + " UTC";
  }

  function goTo(index) {
    if (index < 0 || index >= frames.length || index === current()) return;
    waiting = Date.now();
    query().change({ at: frames[index] }, true);
  }

  function pause() {
    window.clearInterval(timer);
    timer = null;
    bar("playing", "off");
  }

  function play() {
    if (current() >= frames.length - 1) goTo(0);
    window.clearInterval(timer);
    bar("playing", "on");
    /* The next frame waits for this one: a slow hub makes a slow replay, not a queue. */
    timer = window.setInterval(() => {
      if (document.hidden || (waiting && Date.now() - waiting < PATIENCE_MILLISECONDS)) return;
      if (current() >= frames.length - 1) pause();
      else goTo(current() + 1);
    }, pace);
  }

  function begin() {
    eager = true;
    const given = query().read();
    const length = window.meshhub.windowSeconds();
    const end = given.get("end") ? Date.parse(given.get("end")) : Date.now();
    const text = (time) => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
    query().change({ end: text(end), at: text(end - 1000 * length), live: "" });
  }

  function toggle() {
    if (!query().read().get("at")) begin();
    else if (timer) pause();
    else play();
  }

  function end() {
    pause();
    query().change({ at: "", end: "" });
  }

  function steer(...given) {
    const [, , , , , frame, speed] = given;
    const by = window.dash_clientside.callback_context.triggered.map((each) => each.prop_id);
    const pressed = (id, index) => by.includes(id + ".n_clicks") && given[index];
    if (pressed("topology-replay", 0) || pressed("topology-play", 1)) toggle();
    if (pressed("topology-step-back", 2)) stepBy(-1);
    if (pressed("topology-step-forward", 3)) stepBy(1);
    if (pressed("topology-replay-end", 4)) end();
    if (by.includes("topology-frame.value") && query().read().get("at") && frame !== current()) goTo(frame);
    if (by.includes("topology-speed.value")) {
      pace = Number(speed);
      if (timer) play();
    }
    return skip();
  }

  function stepBy(by) {
    pause();
    goTo(current() + by);
  }

  document.addEventListener("meshhub-drawn", (event) => {
    if (event.detail.fresh) waiting = 0;
  });

  window.meshhub = Object.assign(window.meshhub || {}, { replay: { toggle, stepBy } });
  window.dash_clientside = Object.assign(window.dash_clientside || {}, { meshhub_replay: { show, steer } });
})();
