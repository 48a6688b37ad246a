/** The form of an operation: choices that fit, sliders, sizes, drafts, the price, one job per press. */

import { keep, recall, sought } from "./draft.js";
import { isTyping } from "./page.js";

const form = () => document.getElementById("operation-form");
const PAUSE = 700; // milliseconds in which a second press is the same press

/* --- controls ------------------------------------------------------------------------------------- */
function change(field, value) {
  if (field.value === String(value)) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Show only the choices that fit the other param, and keep one of them chosen. Where none is left
 *  the control is away, and says nothing. */
function fit(box) {
  const rule = JSON.parse(box.dataset.depends);
  const chosen = new FormData(form()).get(rule.on);
  const radios = [...box.querySelectorAll('[type="radio"]')];
  const fitting = (rule.choices[chosen] ?? radios.map((r) => r.value)).map(String);
  box.hidden = rule.choices[chosen]?.length === 0;
  for (const control of box.querySelectorAll("input, textarea, select")) control.disabled = box.hidden;
  for (const radio of radios) radio.closest("label").hidden = !fitting.includes(radio.value);
  const now = radios.find((r) => r.checked);
  if (now && fitting.includes(now.value)) return;
  const first = radios.find((r) => r.value === fitting[0]);
  if (first) first.checked = true;
}

function fill(range) {
  const share = (value) => `${((value - range.min) / (range.max - range.min)) * 100}%`;
  range.style.setProperty("--at", share(range.value));
  // Where nothing happens at 0 the bar grows from there.
  range.style.setProperty("--low", share(Math.min(0, range.value)));
  range.style.setProperty("--high", share(Math.max(0, range.value)));
  range.style.setProperty("--zero", share(0));
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
  count();
  document.dispatchEvent(new Event("settled"));
}

/** Controls that the script draws in place of plain fields. */
function dress() {
  const field = form().querySelector("[data-point]");
  const picture = form().querySelector('asset-drop[data-kind="image"] .hug');
  if (field && picture && customElements.get("focus-point") && !picture.querySelector("focus-point")) {
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
  const idea = target.closest("[data-fill]");
  if (idea) {
    const field = form().elements[idea.dataset.fill];
    change(field, idea.dataset.words);
    field.focus();
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

/* --- proposals: texts that follow from other controls until somebody writes there ------------------ */
const proposed = (field) => field.value === (field.dataset.proposal ?? "");

function propose() {
  const derived = JSON.parse(document.getElementById("derived")?.dataset.derived ?? "{}");
  for (const field of form().querySelectorAll("[data-derives]")) {
    const next = derived[field.name];
    if (next === undefined) continue;
    if (field.options) {
      const choice = [...field.options].find((option) => option.value === next);
      field.options[0].textContent = choice ? `Automatic: ${choice.textContent}` : "Automatic";
      continue;
    }
    if (proposed(field) || !field.value) field.value = next;
    field.dataset.proposal = next;
  }
}

/** What the form says; a text that is still the proposal is the server's to say. */
function said() {
  const values = new FormData(form());
  for (const field of form().querySelectorAll("[data-derives]")) {
    if (!field.disabled && proposed(field)) values.set(field.name, "");
  }
  return values;
}
document.body.addEventListener("htmx:configRequest", (event) => {
  const values = event.detail.formData;
  for (const field of form()?.querySelectorAll("[data-derives]") ?? []) {
    if (values.has(field.name) && proposed(field)) values.set(field.name, "");
  }
});

function count() {
  for (const place of form().querySelectorAll("[data-count]")) {
    const most = Number(place.dataset.most);
    const { length } = document.getElementById(place.dataset.count).value;
    place.hidden = length === 0;
    place.textContent = `${length.toLocaleString("en")} / ${most.toLocaleString("en")}`;
    place.classList.toggle("near", length > most * 0.9);
  }
}

/* --- the server's reading of the form, and the draft ---------------------------------------------- */
let timer = 0;
function later() {
  keep(form(), said());
  clearTimeout(timer);
  timer = setTimeout(() => document.getElementById("sent").dispatchEvent(new Event("asked")), 200);
}

function remember() {
  if ("filled" in form().dataset) return;
  const news = recall(form());
  if (!news?.lost.length) return;
  const notice = document.getElementById("switched");
  const back = Object.assign(document.createElement("a"), { href: `?offer=${encodeURIComponent(news.offer)}`, textContent: `Back to ${news.from}` });
  notice.querySelector("span").replaceChildren(`With ${form().dataset.model}: ${news.lost.join("; ")}. Nothing is forgotten. `, back);
  notice.hidden = false;
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
  if (event.detail.target.id === "sent") {
    propose();
    count();
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

/** A field that was cleared gets its proposal back when it is left. */
document.addEventListener("focusout", ({ target }) => {
  if (target.matches?.("[data-derives]") && !target.value) propose();
});

dress();
remember();
settle();
propose();
later();
