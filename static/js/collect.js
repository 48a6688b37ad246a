/** Choosing a collection, or making one, by typing. */

import { send, sayWhy } from "./bulk.js";
import { proof } from "./page.js";

const dialog = document.getElementById("collect");
const field = document.getElementById("collect-name");
const list = document.getElementById("collect-list");
let known = [];
let chosen = null;

/** Opens the sheet; `take` gets {id, name} of what is chosen. */
export async function collect(take) {
  chosen = take;
  field.value = "";
  dialog.showModal();
  field.focus();
  try {
    const answer = await fetch(dialog.dataset.from, { headers: { ...proof(), Accept: "application/json" } });
    known = (await answer.json()).results;
  } catch (error) {
    sayWhy(error);
  }
  show();
}

function show() {
  const wanted = field.value.trim().toLocaleLowerCase();
  const found = known.filter(({ path }) => path.toLocaleLowerCase().includes(wanted)).slice(0, 50);
  const rows = found.map(({ id, path, count }) => row(path, `${count}`, () => finish({ id, name: path })));
  const exact = known.some(({ name }) => name.toLocaleLowerCase() === wanted);
  if (wanted && !exact) rows.push(row(`New collection “${field.value.trim()}”`, "", make));
  if (!rows.length) rows.push(Object.assign(document.createElement("li"), { className: "muted small", textContent: "There is no collection yet. Write a name for the first one." }));
  list.replaceChildren(...rows);
}

function row(words, aside, act) {
  const item = Object.assign(document.createElement("li"), { role: "option" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "collect-option" });
  button.append(Object.assign(document.createElement("span"), { className: "cut", textContent: words }));
  button.append(Object.assign(document.createElement("span"), { className: "muted small number", textContent: aside }));
  button.addEventListener("click", act);
  item.append(button);
  return item;
}

async function make() {
  try {
    finish(await send(dialog.dataset.from, { name: field.value }));
  } catch (error) {
    sayWhy(error);
  }
}

function finish(one) {
  dialog.close();
  chosen(one);
}

field?.addEventListener("input", show);
dialog?.addEventListener("keydown", (event) => {
  const options = [...list.querySelectorAll("button")];
  const at = options.indexOf(document.activeElement);
  if (event.key === "Enter" && event.target === field) {
    event.preventDefault();
    options[0]?.click();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    (options[at + (event.key === "ArrowDown" ? 1 : -1)] ?? field).focus();
  }
});
