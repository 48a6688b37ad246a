/** The form of an operation: choices that fit, sliders, drafts, the price, one job per press. */

import { arrange, slide } from "./controls.js";
import { keep, recall, set, sought } from "./draft.js";
import { change, isTyping } from "./page.js";

const form = () => document.getElementById("operation-form");
const PAUSE = 700; // milliseconds in which a second press is the same press

/* --- controls ------------------------------------------------------------------------------------- */
/** A choice that stands for others sets them; one of them that is changed by hand makes it "my own". */
function preset(target) {
  for (const box of form().querySelectorAll("[data-sets]")) {
    const { name, own, sets } = box.dataset;
    const said = new FormData(form());
    const chosen = JSON.parse(sets)[said.get(name)] ?? {};
    const wanted = (param) => String(chosen[param] ?? "");
    if (target.name === name) {
      for (const param of Object.keys(chosen)) set(form().elements[param], wanted(param));
    } else if (target.name in chosen && said.getAll(target.name).at(-1) !== wanted(target.name)) {
      set(form().elements[name], own);
    }
  }
}

/** Put everything that follows from the values in order. */
function settle() {
  arrange(form());
  count();
  document.dispatchEvent(new Event("settled"));
}

/** Controls that the script draws in place of plain fields. */
function dress() {
  const field = form().querySelector("[data-point]");
  const picture = form().querySelector('asset-drop:is([data-kind="image"], [data-kind="video"]) .hug');
  if (field && picture && customElements.get("focus-point") && !picture.querySelector("focus-point")) {
    picture.append(document.createElement("focus-point"));
  }
}

document.addEventListener("input", (event) => {
  const { target } = event;
  if (target.form !== form()) return;
  if (target.dataset.for) return slide(target);
  pressed = -PAUSE; // a changed order is another one
  forgive(target);
  own();
  preset(target);
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
  const idea = target.closest("[data-fill]");
  if (idea) {
    const field = form().elements[idea.dataset.fill];
    change(field, idea.dataset.words);
    field.focus();
  }
  const dice = target.closest("[data-dice]");
  if (dice) change(document.getElementById(dice.dataset.dice), Math.floor(Math.random() * 2 ** 31));
  const way = target.closest("[data-turn-on]");
  if (way) turnOn(way, document.getElementById(way.dataset.turnOn));
  if (target.closest("[data-details]")) toggleDetails();
});

/** A way out of a problem. */
function turnOn(way, box) {
  way.closest("asset-drop")?.error("");
  box.focus();
  if (!box.checked) box.click();
}

/** A control that is being changed is no longer wrong until the server says so. */
function forgive(target) {
  const field = target.closest(".field");
  for (const error of field?.querySelectorAll(":scope > .error") ?? []) error.remove();
  if (field) valid(field);
}

function valid(box) {
  for (const control of box.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
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

/** What is still the proposal is the server's to say. */
function unproposed(values) {
  for (const field of form()?.querySelectorAll("[data-derives]") ?? []) if (values.has(field.name) && proposed(field)) values.set(field.name, "");
  return values;
}
document.body.addEventListener("htmx:configRequest", ({ detail }) => unproposed(detail.formData));
// A list that somebody is choosing from stays under their hand.
document.body.addEventListener("htmx:oobBeforeSwap", ({ target, detail }) => (detail.shouldSwap &&= !target.closest("#models[open]")));

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
  keep(form(), unproposed(new FormData(form())));
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

document.body.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id === "operation-form") {
    dress();
    settle();
    const wrong = form().querySelector('[aria-invalid="true"], .notice.bad');
    (wrong?.matches("asset-drop") ? wrong.querySelector("button") : wrong)?.focus();
    wrong?.scrollIntoView({ block: "center" });
  }
  if (target.id === "sent") {
    propose();
    count();
  }
  if (target.matches("#results, #matrices")) {
    onlyOnce(target);
    target.scrollTo({ left: 0 });
    target.firstElementChild?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "smooth" });
  }
});
document.body.addEventListener("ordered", () => {
  for (const error of form().querySelectorAll(".error, .notice.bad")) error.hidden = true;
  valid(form());
});

/** A repeated order brings a card that is there already: the newest stays. */
function onlyOnce(place) {
  for (const card of [...place.children]) if (document.getElementById(card.id) !== card) card.remove();
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
