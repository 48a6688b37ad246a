/**
 * <picture-stage>: the middle of a page that works on pictures. It shows the source, or a result
 * beside what it was made from, and carries the buttons that belong to a result.
 */

import "./picture-canvas.js";
import { calm, isTyping, proof, refused } from "./page.js";
import { say } from "./toast.js";

const form = () => document.getElementById("operation-form");
/** The place of the picture that is worked on: the first that is no mask. */
const source = () => document.querySelector('asset-drop[data-kind="image"]:not([data-mask-of])');
const made = () => document.getElementById("made");
const results = () => [...made().querySelectorAll("[data-picture]")];

class PictureStage extends HTMLElement {
  #shown = null; // the card whose result is on the stage
  #known = new Set();

  connectedCallback() {
    this.surface = this.querySelector("[data-surface]");
    this.compare = this.querySelector("picture-compare");
    for (const card of results()) this.#known.add(card.id);
    this.addEventListener("click", (event) => {
      const { view, do: does } = event.target.closest(".stage-bar button")?.dataset ?? {};
      if (view) this.view(view);
      if (does && does in this) this[does]();
    });
    document.addEventListener("asset", (event) => event.target === source() && !this.#resultsOnly && this.take(event.detail));
    document.body.addEventListener("htmx:afterSettle", () => this.#news());
    document.addEventListener("click", (event) => {
      const card = event.target.closest("[data-open]")?.closest("[data-picture]");
      if (card) this.open(card);
    });
    document.addEventListener("keydown", (event) => this.#key(event));
    // The source may have come before this script.
    customElements.whenDefined(this.surface.localName).then(() => !this.#resultsOnly && source()?.asset && this.take(source().asset));
  }

  get #resultsOnly() {
    return "resultsOnly" in this.dataset;
  }

  /** This is the picture to work on now; null for none. */
  take(asset) {
    this.#full(Boolean(asset));
    if (this.surface.asset?.id === asset?.id) return;
    this.surface.show(asset);
    this.#name(asset);
    this.#offer(null);
    this.view("edit");
    this.dispatchEvent(new CustomEvent("pictured", { bubbles: true, detail: asset }));
  }

  #name(asset) {
    this.querySelector(".stage-name").textContent = asset ? `${asset.title} · ${asset.width} × ${asset.height}` : "";
  }

  #full(full) {
    this.hidden = !full;
    for (const element of document.querySelectorAll("[data-when-empty]")) element.hidden = full;
    for (const element of document.querySelectorAll("[data-when-full]")) element.hidden = !full;
  }

  view(name) {
    const views = { edit: this.surface, compare: this.compare, lines: this.querySelector("[data-draw]") };
    for (const [key, element] of Object.entries(views)) if (element) element.hidden = key !== name;
    for (const button of this.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === name));
    this.dataset.view = name;
    if (name !== "compare" && this.surface.asset) this.#name(this.surface.asset);
    this.#actions();
    this.dispatchEvent(new CustomEvent("viewed", { bubbles: true, detail: name }));
  }

  /* --- results ------------------------------------------------------------------------------------- */
  /** A job of this page is done: what it made comes onto the stage, once. */
  #news() {
    const fresh = results().filter((card) => !this.#known.has(card.id));
    for (const card of fresh) this.#known.add(card.id);
    // A grid shows its pictures itself.
    const mine = fresh.find((card) => !card.closest(".matrix") && (this.#resultsOnly || JSON.parse(card.dataset.picture).source?.id === this.surface.asset?.id));
    if (mine) this.open(mine);
    this.#mark();
  }

  async open(card) {
    const told = JSON.parse(card.dataset.picture);
    this.#offer({ ...told, id: card.id });
    if (told.source) {
      this.#full(true);
      // Many an order is made without a look at a result: only who has one waits for what compares.
      await import("./picture-compare.js");
      if (this.#shown?.id !== card.id) return;
      this.compare.hidden = false;
      this.compare.show(told.source, told.result, told.shift);
      if (!this.surface.asset && !this.#resultsOnly) source()?.take(told.source);
      this.view("compare");
    } else {
      this.#full(true);
      this.view("edit");
      this.surface.show(told.result);
    }
    this.#name(told.result);
    this.#mark();
    this.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  }

  #offer(told) {
    this.#shown = told;
    this.querySelector('[data-view="compare"]').hidden = !told?.source;
    this.#actions();
  }

  #actions() {
    const told = this.dataset.view === "edit" && !this.#resultsOnly ? null : this.#shown;
    const accept = this.querySelector('[data-do="accept"]');
    const further = this.querySelector('[data-do="further"]');
    if (!accept) return;
    accept.hidden = !told?.accept && !told?.version;
    accept.disabled = !told?.accept;
    accept.querySelector("span").textContent = told?.version ? `Version ${told.version}` : "Accept as new version";
    further.hidden = !told || this.#resultsOnly || !source();
  }

  #mark() {
    for (const card of results()) card.toggleAttribute("data-on-stage", card.id === this.#shown?.id);
  }

  /** The result is worked on further. */
  further() {
    source().take(this.#shown.result);
  }

  async accept() {
    const told = this.#shown;
    if (!told?.accept) return;
    const body = new FormData();
    body.set("source", told.source.id);
    const answer = await ask(told.accept, body);
    if (!answer) return;
    this.#accepted(told, { accept: "", version: answer.version });
    say(answer.message, {
      undo: async () => {
        const before = { accept: told.accept, version: 0 };
        const back = await ask(answer.undo, new FormData());
        if (back) (this.#accepted(told, before), say(back.message));
      },
    });
  }

  #accepted(told, now) {
    const card = document.getElementById(told.id);
    if (card) card.dataset.picture = JSON.stringify({ ...JSON.parse(card.dataset.picture), ...now });
    if (this.#shown?.id === told.id) this.#shown = { ...this.#shown, ...now };
    this.#actions();
  }

  /* --- keys ---------------------------------------------------------------------------------------- */
  /** Arrows go along the results, digits open one. */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const inside = made().contains(event.target);
    // Single ones first: a grid keeps its place when others are made after it.
    const opens = ["#results", "#matrices"].flatMap((place) => [...document.querySelectorAll(`${place} :is([data-open], .open-model)`)]);
    if (/^[1-9]$/.test(event.key) && (inside || ("digitsOpen" in made().dataset && !this.contains(event.target)))) {
      const open = opens[Number(event.key) - 1];
      if (open) (event.preventDefault(), open.click());
    }
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const card = inside && event.target.closest("[data-job-card]");
    const next = card && step && opens[opens.findIndex((open) => card.contains(open)) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

async function ask(address, body) {
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { ...proof(), Accept: "application/json" } });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw refused(told, "That did not work. Try again.");
    return told;
  } catch (error) {
    say(error.message, { bad: true, link: error.link });
    return null;
  }
}
customElements.define("picture-stage", PictureStage);

/* --- a color from the picture ----------------------------------------------------------------------- */
let picker = null;
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pick]");
  if (!button) return;
  const stage = document.querySelector("picture-stage");
  if (!stage?.surface.asset) return say("Choose a picture first; then a color can be taken from it.");
  const on = picker !== button.dataset.pick;
  stage.view("edit");
  picker = on ? button.dataset.pick : null;
  stage.surface.pick(on);
});
document.addEventListener("picking", ({ detail }) => {
  if (!detail) picker = null;
  for (const button of document.querySelectorAll("[data-pick]")) button.setAttribute("aria-pressed", String(picker === button.dataset.pick));
});
document.addEventListener("picked", ({ detail }) => {
  const field = picker && document.getElementById(picker);
  if (!field || !form().contains(field)) return;
  field.value = detail;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
