/** Controls of the form beyond plain fields: colors, styles, sliders that go back. */

import { change } from "./page.js";

/* --- colors: a palette and the same as text --------------------------------------------------------- */
const HEX = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i;

function whole(text) {
  const found = HEX.exec(text.trim());
  if (!found) return null;
  const digits = found[1].length === 3 ? [...found[1]].map((d) => d + d).join("") : found[1];
  return `#${digits.toLowerCase()}`;
}

function follow(field) {
  const palette = document.querySelector(`[data-color="${CSS.escape(field.id)}"]`);
  if (!palette) return;
  const color = whole(field.value);
  if (color) palette.value = color;
  palette.toggleAttribute("data-none", !color);
}

/* --- styles ----------------------------------------------------------------------------------------- */
function seek(field) {
  const box = field.closest("[data-styles]");
  const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const label of box.querySelectorAll(".style")) {
    const fits = words.every((word) => label.textContent.toLowerCase().includes(word));
    label.hidden = !fits;
    found += fits;
  }
  box.querySelector("[data-no-styles]").hidden = found > 0;
}

function reveal() {
  for (const chosen of document.querySelectorAll(".style-list :checked")) {
    const label = chosen.closest(".style");
    const list = label.closest(".style-list");
    list.scrollTop = Math.max(0, label.offsetTop - list.offsetTop - list.clientHeight / 2 + label.clientHeight / 2);
  }
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-seek-styles]")) return seek(target);
  if (target.dataset.color) return change(document.getElementById(target.dataset.color), target.value);
  if (target.matches(".color .input")) follow(target);
});
// "abc" is what "#aabbcc" means, once the field is left.
document.addEventListener("focusout", ({ target }) => {
  if (target.matches?.(".color .input") && whole(target.value)) change(target, whole(target.value));
});
document.addEventListener("click", ({ target }) => {
  const clear = target.closest("[data-clear]");
  if (clear) change(document.getElementById(clear.dataset.clear), "");
});
document.addEventListener("dblclick", ({ target }) => {
  if (target.matches("[data-reset]")) change(document.getElementById(target.dataset.for), target.dataset.reset);
});
document.addEventListener("settled", () => {
  for (const field of document.querySelectorAll(".color .input")) follow(field);
});
document.addEventListener("keydown", (event) => {
  // Enter in the search looks; it does not order.
  if (event.key === "Enter" && event.target.matches("[data-seek-styles]")) event.preventDefault();
});
reveal();
document.body.addEventListener("htmx:afterSwap", (event) => event.detail.target.id === "operation-form" && reveal());
