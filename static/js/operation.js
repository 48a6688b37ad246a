/** The form of an operation: choices that fit, sliders, sizes, drafts, the price, one job per press. */

import { isTyping } from "./page.js";

const form = () => document.getElementById("operation-form");
const PAUSE = 700; // milliseconds in which a second press is the same press

/* --- controls ------------------------------------------------------------------------------------- */
function change(field, value) {
  if (field.value === String(value)) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Show only the choices that fit the other param, and keep one of them chosen. */
function fit(box) {
  const rule = JSON.parse(box.dataset.depends);
  const chosen = new FormData(form()).get(rule.on);
  const fitting = (rule.choices[chosen] ?? []).map(String);
  const radios = [...box.querySelectorAll('[type="radio"]')];
  for (const radio of radios) radio.closest("label").hidden = !fitting.includes(radio.value);
  const now = radios.find((r) => r.checked);
  if (now && fitting.includes(now.value)) return;
  const first = radios.find((r) => r.value === fitting[0]);
  if (first) first.checked = true;
}

function fill(range) {
  const share = (range.value - range.min) / (range.max - range.min);
  range.style.setProperty("--at", `${share * 100}%`);
}

function slide(range) {
  fill(range);
  change(document.getElementById(range.dataset.for), range.value);
}

function follow(field) {
  const range = form().querySelector(`[data-for="${field.id}"]`);
  if (!range) return;
  range.value = field.value;
  fill(range);
}

function press(sizes) {
  const { width, height } = form().elements;
  for (const pill of sizes.querySelectorAll("[data-width]")) {
    const same = pill.dataset.width === width.value && pill.dataset.height === height.value;
    pill.setAttribute("aria-pressed", String(same));
  }
}

/** The size of the picture, within what the fields allow and with even numbers. */
function sizeOfSource() {
  const asset = document.querySelector('asset-drop[data-kind="image"]')?.asset;
  if (!asset?.width) return null;
  const most = Math.min(1920, Number(form().elements.width.max));
  const scale = Math.min(1, most / Math.max(asset.width, asset.height));
  return [asset.width, asset.height].map((n) => Math.max(64, 2 * Math.round((n * scale) / 2)));
}

/** Put everything that follows from the values in order. */
function settle() {
  const now = form();
  for (const box of now.querySelectorAll("[data-depends]")) fit(box);
  for (const range of now.querySelectorAll("[data-for]")) follow(document.getElementById(range.dataset.for));
  for (const sizes of now.querySelectorAll("[data-sizes]")) press(sizes);
  for (const pill of now.querySelectorAll("[data-size-of]")) pill.disabled = !sizeOfSource();
  document.dispatchEvent(new Event("settled"));
}

/** Controls that the script draws in place of plain fields. */
function dress() {
  const field = form().querySelector("[data-point]");
  const picture = form().querySelector('asset-drop[data-kind="image"] .drop-picture');
  if (field && picture && !picture.querySelector("focus-point")) {
    picture.append(document.createElement("focus-point"));
    field.closest(".field").hidden = true;
  }
}

document.addEventListener("input", (event) => {
  const { target } = event;
  if (target.form !== form()) return;
  if (target.dataset.for) return slide(target);
  forgive(target);
  own();
  settle();
  later();
});
document.addEventListener("asset", (event) => {
  sought.delete(event.target);
  if (event.detail?.id !== event.target.dataset.id) own();
  if (form().contains(event.target)) (settle(), later());
});
document.addEventListener("click", (event) => {
  const { target } = event;
  const pill = target.closest("[data-sizes] button");
  if (pill) {
    const [width, height] = pill.dataset.width ? [pill.dataset.width, pill.dataset.height] : sizeOfSource();
    change(form().elements.width, width);
    change(form().elements.height, height);
  }
  const dice = target.closest("[data-dice]");
  if (dice) change(document.getElementById(dice.dataset.dice), Math.floor(Math.random() * 2 ** 31));
  if (target.closest("[data-details]")) toggleDetails();
});

/** A control that is being changed is no longer wrong until the server says so. */
function forgive(target) {
  const field = target.closest(".field");
  for (const error of field?.querySelectorAll(":scope > .error") ?? []) error.remove();
  for (const control of field?.querySelectorAll("[aria-invalid]") ?? []) control.removeAttribute("aria-invalid");
}

/* --- the server's reading of the form, and the draft ---------------------------------------------- */
let timer = 0;
function later() {
  keep();
  clearTimeout(timer);
  timer = setTimeout(() => document.getElementById("sent").dispatchEvent(new Event("asked")), 200);
}

const NOT_KEPT = ["key", "offer", "csrfmiddlewaretoken"];
const draftName = () => `draft:${form().dataset.draft}`;
/** Places whose asset of the draft is still being looked for, and that asset. */
const sought = new Map();

function keep() {
  const values = Object.fromEntries([...new FormData(form())].filter(([name]) => !NOT_KEPT.includes(name)));
  const assets = {};
  for (const drop of form().querySelectorAll("asset-drop")) {
    assets[drop.querySelector('[type="hidden"]').name] = drop.asset ?? sought.get(drop) ?? null;
  }
  try {
    localStorage.setItem(draftName(), JSON.stringify({ values, assets }));
  } catch {
    // Full or forbidden: the page works without drafts.
  }
}

function recall() {
  if ("filled" in form().dataset) return;
  let draft = null;
  try {
    draft = JSON.parse(localStorage.getItem(draftName()));
  } catch {
    return;
  }
  for (const [name, value] of Object.entries(draft?.values ?? {})) {
    const control = form().elements[name];
    if (!control || control.type === "file" || control.closest?.("asset-drop")) continue;
    if (control.type === "checkbox") control.checked = value === control.value;
    else control.value = value;
  }
  for (const drop of form().querySelectorAll("asset-drop")) {
    const asset = draft?.assets?.[drop.querySelector('[type="hidden"]').name];
    if (asset) restore(drop, asset);
  }
}

/** The asset of a draft, unless it is gone by now. Without an answer that is not known. */
async function restore(drop, asset) {
  sought.set(drop, asset);
  const answer = await fetch(asset.poster, { method: "HEAD" }).catch(() => null);
  if (!answer || !sought.delete(drop)) return;
  if (answer.ok && !drop.asset && drop.dataset.state === "empty") drop.take(asset);
  else keep();
}

/** What came with the address is a draft once it is changed: coming back must not undo that. */
function own() {
  if (!("filled" in form().dataset) || !location.search) return;
  const offer = new URLSearchParams(location.search).get("offer");
  history.replaceState(null, "", offer ? `?offer=${encodeURIComponent(offer)}` : location.pathname);
}

/* --- one press, one job ----------------------------------------------------------------------------- */
let pressed = -PAUSE;
document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  const again = event.timeStamp - pressed < PAUSE;
  pressed = event.timeStamp;
  if (!again) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form().requestSubmit(form().querySelector(".primary"));
  }
  const free = !isTyping(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === "i" && free) toggleDetails();
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "operation-form") {
    dress();
    settle();
    const wrong = form().querySelector('[aria-invalid="true"], .notice.bad');
    (wrong?.matches("asset-drop") ? wrong.querySelector("button") : wrong)?.focus();
    wrong?.scrollIntoView({ block: "center" });
  }
  if (event.detail.target.id === "results") {
    onlyOnce();
    event.detail.target.scrollTo({ left: 0 });
    event.detail.target.firstElementChild?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "smooth" });
  }
});
document.body.addEventListener("ordered", () => {
  for (const error of form().querySelectorAll(".error, .notice.bad")) error.hidden = true;
  for (const control of form().querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
});

/** A repeated order brings a card that is there already: the newest stays. */
function onlyOnce() {
  const seen = new Set();
  for (const card of document.querySelectorAll("#results > [id]")) seen.has(card.id) ? card.remove() : seen.add(card.id);
}

/* --- details ---------------------------------------------------------------------------------------- */
const NARROW = matchMedia("(width < 1180px)");
function toggleDetails() {
  const main = document.getElementById("main");
  main.classList.toggle(NARROW.matches ? "details-open" : "no-details");
}

dress();
recall();
settle();
later();
