/** The files of one collection in an order made by hand: by dragging, or with the arrows of each. */

import { send, sayWhy } from "./bulk.js";

const list = () => document.querySelector("#tiles[data-arrange]");
const rows = () => [...list().querySelectorAll(":scope > .tile")];
const tileOf = (event) => list() && event.target.closest?.("#tiles[data-arrange] > .tile");
const titleOf = (tile) => tile.querySelector(".link-cover").textContent;
let held = [];

function mark(tile, drop) {
  for (const one of document.querySelectorAll(".tile[data-drop]")) if (one !== tile) delete one.dataset.drop;
  if (tile) tile.dataset.drop = drop;
}

/** Which half of a tile: its rows stand one below the other in the list, side by side elsewhere. */
function where(event, tile) {
  const { left, top, width, height } = tile.getBoundingClientRect();
  const first = list().matches(".list") ? event.clientY < top + height / 2 : event.clientX < left + width / 2;
  return first ? "before" : "behind";
}

/** The tiles beside another one, here when the server has them there. */
async function put(tiles, other, drop) {
  const ids = tiles.map((tile) => tile.dataset.asset).join(",");
  try {
    await send(list().dataset.arrange, { ids, [drop]: other.dataset.asset });
  } catch (error) {
    return sayWhy(error);
  }
  const focused = document.activeElement;
  if (drop === "before") other.before(...tiles);
  else other.after(...tiles);
  focused?.focus?.({ preventScroll: true });
  tiles[0].scrollIntoView({ block: "nearest" });
  const place = `place ${rows().indexOf(tiles[0]) + 1} of ${rows().length}`;
  document.getElementById("place-said").textContent =
    tiles.length === 1 ? `${titleOf(tiles[0])} is at ${place}.` : `${tiles.length} files are moved; the first is at ${place}.`;
}

/** Links and pictures would be dragged instead of their tile. */
function wake() {
  if (!list()) return;
  for (const inner of list().querySelectorAll("a, img")) inner.draggable = false;
  for (const tile of rows()) tile.draggable = true;
}

document.addEventListener("submit", (event) => {
  const tile = event.target.matches(".place") && tileOf(event);
  if (!tile) return;
  const earlier = event.submitter.value === "-1";
  const other = rows()[rows().indexOf(tile) + (earlier ? -1 : 1)];
  if (!other && !earlier && list().querySelector(".more")) return; // the next one is not here yet
  event.preventDefault();
  if (other) put([tile], other, earlier ? "before" : "behind");
});
document.addEventListener("dragstart", (event) => {
  const tile = tileOf(event);
  if (!tile) return;
  const chosen = rows().filter((one) => one.matches("[data-chosen]"));
  held = chosen.includes(tile) ? chosen : [tile];
  for (const one of held) one.classList.add("held");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", tile.dataset.asset);
});
document.addEventListener("dragover", (event) => {
  const tile = held.length && tileOf(event);
  if (!tile || held.includes(tile)) return mark(null);
  event.preventDefault();
  mark(tile, where(event, tile));
});
document.addEventListener("drop", (event) => {
  const tile = held.length && tileOf(event);
  if (!tile?.dataset?.drop) return;
  event.preventDefault();
  put(held, tile, tile.dataset.drop);
});
document.addEventListener("dragend", () => {
  mark(null);
  for (const one of held) one.classList.remove("held");
  held = [];
});
document.addEventListener("htmx:afterSettle", wake);
wake();
