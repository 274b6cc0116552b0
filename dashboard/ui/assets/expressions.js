/* Completion of expressions: asks the hub what can come next at the cursor, and offers it below the field. */
(function () {
  "use strict";
  /* Each field, and the store that asks for what can come next in it. */
  const FIELDS = {
    "topology-find": "topology-complete",
    "topology-hide": "topology-complete",
    "requests-query": "requests-complete",
  };
  const LIST = "expression-suggestions";
  const skip = () => window.dash_clientside.no_update;
  let offered = null;
  let index = -1;

  function isField(element) {
    return Boolean(element && FIELDS[element.id]);
  }

  function ask(field) {
    const data = { field: field.id, text: field.value, cursor: field.selectionStart };
    window.dash_clientside.set_props(FIELDS[field.id], { data });
  }

  function close() {
    const list = document.getElementById(LIST);
    if (list) list.remove();
    offered = null;
    index = -1;
  }

  /* What is asked again and again by the hub's own answer must not be shown for a text that is no longer there. */
  function show(answer) {
    if (!answer) return skip();
    const field = document.getElementById(answer.field);
    const fits = field && field === document.activeElement && field.value === answer.text;
    close();
    if (fits && answer.suggestions.length) draw(field, answer);
    return skip();
  }

  function draw(field, answer) {
    offered = answer;
    const list = document.createElement("ul");
    list.id = LIST;
    list.className = "suggestions";
    list.dataset.for = answer.text;
    list.setAttribute("role", "listbox");
    answer.suggestions.forEach((each, place) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      const text = document.createElement("span");
      text.textContent = each.text;
      const detail = document.createElement("span");
      detail.className = "detail";
      detail.textContent = each.detail || each.part;
      item.append(text, detail);
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(field, place);
      });
      list.appendChild(item);
    });
    field.closest(".expression-field").appendChild(list);
  }

  function mark(next) {
    const items = [...document.querySelectorAll("#" + LIST + " li")];
    index = (next + items.length) % items.length;
    items.forEach((item, place) => item.setAttribute("aria-selected", place === index ? "true" : "false"));
    items[index].scrollIntoView({ block: "nearest" });
  }

  function take(field, place) {
    if (!offered) return;
    const chosen = offered.suggestions[place];
    const text = field.value.slice(0, chosen.start) + chosen.text + " " + field.value.slice(chosen.end).replace(/^ /, "");
    close();
    /* As if it had been typed: React listens to the event and keeps its own idea of the value. */
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, text);
    const at = chosen.start + chosen.text.length + 1;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.setSelectionRange(at, at);
    ask(field);
  }

  document.addEventListener("input", (event) => {
    if (!isField(event.target)) return;
    /* What was offered was for another text: it stands until the next answer, but cannot be taken. */
    offered = null;
    ask(event.target);
  });
  document.addEventListener("focusin", (event) => {
    if (isField(event.target)) ask(event.target);
  });
  document.addEventListener("focusout", (event) => {
    if (isField(event.target)) close();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (!isField(event.target) || !offered) return;
      const taking = event.key === "Tab" || (event.key === "Enter" && index >= 0);
      if (event.key === "ArrowDown") mark(index + 1);
      else if (event.key === "ArrowUp") mark(index - 1);
      else if (taking) take(event.target, Math.max(0, index));
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { meshhub_expressions: { show } });
})();
