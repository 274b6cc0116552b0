/* What opens below a button (dashboard/ui/views/menu.py): by a click, closed by Escape, a click elsewhere or an action. */
(function () {
  "use strict";
  const OPEN = "data-open";
  /* What a control in there opens is elsewhere on the page. */
  const ITS_OWN = "[data-portal]";

  function opened() {
    return document.querySelector(`.drop[${OPEN}]`);
  }

  function buttonOf(drop) {
    return drop.querySelector(".drop-button button");
  }

  function itemsOf(drop) {
    return [...drop.querySelectorAll('[role="menuitem"]')];
  }

  function close(back) {
    const drop = opened();
    if (!drop) return;
    drop.removeAttribute(OPEN);
    buttonOf(drop).setAttribute("aria-expanded", "false");
    if (back) buttonOf(drop).focus();
  }

  function open(drop) {
    close(false);
    drop.setAttribute(OPEN, "");
    buttonOf(drop).setAttribute("aria-expanded", "true");
  }

  function step(drop, by) {
    const items = itemsOf(drop);
    if (!items.length) return false;
    const now = items.indexOf(document.activeElement);
    const next = now < 0 ? (by > 0 ? 0 : items.length - 1) : (now + by + items.length) % items.length;
    items[next].focus();
    return true;
  }

  document.addEventListener("click", (event) => {
    const drop = event.target.closest(".drop");
    if (drop && event.target.closest(".drop-button")) {
      if (drop === opened()) close(false);
      else open(drop);
    } else if (event.target.closest('.drop [role="menuitem"]')) close(true);
    else if (!drop && !event.target.closest(ITS_OWN)) close(false);
  });

  /* Before the keys of the page: an open menu has its own. */
  document.addEventListener(
    "keydown",
    (event) => {
      const drop = opened();
      if (!drop) return;
      if (event.key === "Escape") {
        event.stopPropagation();
        close(drop.contains(document.activeElement) || document.activeElement === document.body);
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (drop.contains(document.activeElement) && step(drop, event.key === "ArrowDown" ? 1 : -1)) {
          event.preventDefault();
          event.stopPropagation();
        }
      }
    },
    true,
  );
})();
