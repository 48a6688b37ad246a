/** Saved settings: one press fills the form with them, and offers the way back. */

import { set } from "./draft.js";
import { say } from "./toast.js";

const form = () => document.getElementById("operation-form");
const nameOf = (drop) => drop.querySelector('[type="hidden"]').name;
const drops = () => [...form().querySelectorAll("asset-drop")];

function use({ values, assets }) {
  for (const [name, value] of Object.entries(values)) if (form().elements[name]) set(form().elements[name], value);
  for (const drop of drops()) if (nameOf(drop) in assets && drop.asset?.id !== assets[nameOf(drop)]?.id) drop.take(assets[nameOf(drop)]);
  // One word for all: draft, price and what depends on the values follow.
  form().elements.offer.dispatchEvent(new Event("input", { bubbles: true }));
}

/** What the form says now of the same things. A control that is away says nothing: it stays. */
function now({ values, assets }) {
  const said = new FormData(form());
  const names = Object.keys(values).filter((name) => said.has(name));
  return {
    values: Object.fromEntries(names.map((name) => [name, said.getAll(name).at(-1)])),
    assets: Object.fromEntries(drops().filter((drop) => nameOf(drop) in assets).map((drop) => [nameOf(drop), drop.asset])),
  };
}

document.addEventListener("click", ({ target }) => {
  const chip = target.closest("[data-settings]");
  if (!chip) return;
  const told = JSON.parse(chip.dataset.settings);
  const before = now(told);
  use(told);
  const lost = told.gone.length ? ` No longer in the library: ${told.gone.join(", ")}.` : "";
  say(`“${told.name}” is in the form.${lost}`, { bad: Boolean(lost), undo: () => use(before) });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.id !== "settings-name") return;
  event.preventDefault();
  document.querySelector("[data-keep]").click();
});
