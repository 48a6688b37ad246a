/** Collections in another order, or into one another, by dragging. The buttons and forms of each do the same. */

import { send, sayWhy } from "./bulk.js";

const list = document.querySelector("[data-folders]");
const rows = () => [...list.querySelectorAll(".folder")];
const rowOf = (event) => event.target.closest?.(".folder");
let held = null;

/** Those that are nested in it come right behind it, and deeper. */
function isInside(row, top) {
  const all = rows();
  const behind = all.slice(all.indexOf(top) + 1);
  const end = behind.findIndex((one) => Number(one.dataset.depth) <= Number(top.dataset.depth));
  return row === top || behind.slice(0, end < 0 ? undefined : end).includes(row);
}

/** The upper and the lower part of a row are before and behind it, its middle is inside. */
function where(event, row) {
  const { top, height } = row.getBoundingClientRect();
  const at = (event.clientY - top) / height;
  return at < 0.3 ? "before" : at > 0.7 ? "behind" : "inside";
}

function mark(row, drop) {
  for (const one of list.querySelectorAll("[data-drop]")) if (one !== row) delete one.dataset.drop;
  if (row) row.dataset.drop = drop;
}

function wish(row, drop) {
  if (drop === "inside") return { parent: row.dataset.folder };
  // Each client's have an order of their own, although all are shown together.
  const all = rows();
  const before = all.slice(0, all.indexOf(row) + (drop === "behind" ? 1 : 0));
  const { parent } = row.dataset;
  const beside = (one) => one !== held && one.dataset.parent === parent && one.dataset.client === held.dataset.client;
  return { parent, place: before.filter(beside).length };
}

async function put(row, drop) {
  try {
    await send(held.dataset.change, wish(row, drop));
    location.reload();
  } catch (error) {
    sayWhy(error);
  }
}

if (list) {
  for (const inner of list.querySelectorAll("a, img")) inner.draggable = false;
  for (const row of rows()) row.draggable = true;
  list.addEventListener("dragstart", (event) => {
    // In a field a press chooses letters.
    if (document.activeElement?.matches(".folder input, .folder select")) return event.preventDefault();
    held = rowOf(event);
    held.classList.add("held");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.dataset.folder);
  });
  list.addEventListener("dragover", (event) => {
    const row = rowOf(event);
    if (!held || !row || isInside(row, held)) return mark(null);
    event.preventDefault();
    mark(row, where(event, row));
  });
  list.addEventListener("drop", (event) => {
    const row = rowOf(event);
    if (!held || !row?.dataset.drop) return;
    event.preventDefault();
    put(row, row.dataset.drop);
  });
  list.addEventListener("dragend", () => {
    mark(null);
    held?.classList.remove("held");
    held = null;
  });
}
