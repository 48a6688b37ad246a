/** The board of a story: sheets that save by themselves, shots that can be dragged, the player. */

import { arrange, slide } from "./controls.js";
import { proof } from "./page.js";
import { say } from "./toast.js";

const PATIENCE = 700; // ms without a key before something is saved
const editor = document.getElementById("editor");
const body = document.getElementById("editor-body");

/* --- sheets ------------------------------------------------------------------------------------- */
const open = () => body.children.length && !editor.open && editor.showModal();
document.addEventListener("htmx:afterSwap", ({ detail }) => detail.target === body && open());
open(); // it was asked for before this script was there
document.addEventListener("click", ({ target }) => {
  const sheet = target.closest("[data-sheet]");
  if (sheet) document.getElementById(sheet.dataset.sheet).showModal();
  const use = target.closest("[data-use]");
  if (use) fromLibrary(use);
});
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (detail.successful && target.closest?.("[data-close-after]")) editor.close();
});
editor.addEventListener("close", () => {
  saveNow();
  body.replaceChildren();
});

/* --- what is changed is saved ------------------------------------------------------------------- */
let timer = 0;
let waiting = null;

function saveSoon(form, wait = PATIENCE) {
  if (waiting && waiting !== form) saveNow();
  waiting = form;
  clearTimeout(timer);
  timer = setTimeout(saveNow, wait);
}

function saveNow() {
  clearTimeout(timer);
  const form = waiting;
  waiting = null;
  if (form?.isConnected) htmx.trigger(form, "save");
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-autosave]");
  if (form && !target.closest("voice-trim, .address, .picture-offer")) saveSoon(form);
});
addEventListener("pagehide", saveNow);

/** A field of files tells what it holds also when it is drawn; only what is new is saved. */
const held = new WeakMap();
document.addEventListener("asset", ({ target, detail }) => {
  const id = detail?.id ?? "";
  const before = held.has(target) ? held.get(target) : (target.dataset.id ?? "");
  held.set(target, id);
  if (before === id) return;
  const form = target.closest("form");
  if (form?.id === "track-form") htmx.trigger(form, "asset-changed");
  else if (form?.hasAttribute("data-autosave")) saveSoon(form, 0);
});

/* --- a film of the library as a take ------------------------------------------------------------ */
function fromLibrary(button) {
  const dialog = document.getElementById("picker");
  const card = button.closest("[data-shot]");
  dialog.taker = {
    take: ({ id }) => htmx.ajax("POST", button.dataset.use, { values: { asset: id }, target: card, swap: "outerHTML" }),
  };
  dialog.showModal();
  htmx.ajax("GET", "/library/?pick=video", "#picker-body");
}

/* --- shots are dragged -------------------------------------------------------------------------- */
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".shot") ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.shot);
  dragged.classList.add("dragged");
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  document.querySelector(".shots .over")?.classList.remove("over");
  dragged = null;
});
document.addEventListener("dragover", (event) => {
  const over = dragged && event.target.closest?.(".shot");
  if (!over || over === dragged) return;
  event.preventDefault();
  document.querySelector(".shots .over")?.classList.remove("over");
  over.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const over = dragged && event.target.closest?.(".shot");
  if (!over || over === dragged) return;
  event.preventDefault();
  const list = over.closest(".shots");
  const values = { place: over.dataset.place, scene: list.dataset.scene };
  htmx.ajax("POST", `/story/shots/${dragged.dataset.shot}/move/`, { values, target: "#board", swap: "innerHTML" });
});

/* --- the player follows ------------------------------------------------------------------------- */
const player = document.getElementById("animatic");
let asked = 0;
async function refresh() {
  const mine = ++asked;
  const answer = await fetch(player.dataset.script, { headers: { ...proof(), Accept: "application/json" } });
  if (answer.ok && mine === asked) player.data = await answer.json();
}
for (const name of ["story-changed", "story-laid"]) document.addEventListener(name, () => setTimeout(refresh, 200));
document.addEventListener("htmx:afterSettle", ({ detail }) => detail.target.id === "board" && refresh());
player.addEventListener("cutchange", ({ detail }) => {
  for (const card of document.querySelectorAll(".shot[aria-current]")) card.removeAttribute("aria-current");
  document.getElementById(`shot-${detail?.id}`)?.setAttribute("aria-current", "true");
});

/* --- the form of the film ----------------------------------------------------------------------- */
const film = document.getElementById("film-form");
film?.addEventListener("input", ({ target }) => (target.dataset.for ? slide(target) : arrange(film)));
if (film) arrange(film);

/* --- lists take the rate and the transition of the film ----------------------------------------- */
document.addEventListener("click", ({ target }) => {
  const link = target.closest("a[data-list]");
  const form = document.getElementById("film-form");
  if (!link || !form) return;
  const said = new FormData(form);
  for (const name of ["csrfmiddlewaretoken", "x-client", "key", "shown"]) said.delete(name);
  link.search = new URLSearchParams(said);
});

document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 404) say("It is not there any more. Reload the page.", { bad: true });
});
