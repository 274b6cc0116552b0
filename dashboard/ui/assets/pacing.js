/* A page is asked for anew when the last answer is there, never before: an answer that takes longer than the interval
   would be thrown away for the next one's sake, so that nothing was ever shown, and a busy hub would be asked ever more. */
(function () {
  "use strict";
  const INTERVALS = ["frame-tick", "frame-age-tick"];
  const UPDATE = "_dash-update-component";
  const waiting = Object.fromEntries(INTERVALS.map((id) => [id, 0]));
  const plainFetch = window.fetch;

  function count(id, by) {
    waiting[id] += by;
    const edge = by > 0 ? waiting[id] === 1 : waiting[id] === 0;
    if (edge) window.dash_clientside.set_props(id, { max_intervals: waiting[id] ? 0 : -1 });
  }

  window.fetch = function (resource, options) {
    const answer = plainFetch.apply(this, arguments);
    const body = options && options.body;
    if (!String(resource).includes(UPDATE) || typeof body !== "string") return answer;
    const asked = INTERVALS.filter((id) => body.includes('"id":"' + id + '"'));
    const over = () => asked.forEach((id) => count(id, -1));
    asked.forEach((id) => count(id, 1));
    answer.then(over, over);
    return answer;
  };
})();
