/**
 * <social-wall>: what is made, in the shape of every place of every platform. A window that is
 * dragged is that place's own; everything else follows the form. The form's field of formats says
 * which are chosen, and what is their own.
 */

import { setFocus } from "./focus-point.js";
import { change, isTyping, proof } from "./page.js";

const SHARP = 2; // pixels of a preview for each that is seen
const SOFT = 0.03; // as the engine's own blur beside a picture
const [SOFTER, BLUR] = [1.5, 8]; // times larger, from which it is seen, and spoilt
const STILL = 6; // pixels within which a finger only touches
const NOBODY = "00000000-0000-0000-0000-000000000000";
const STEP = 0.02;
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

const form = () => document.getElementById("operation-form");
const field = () => form().querySelector("[data-places]");
const value = (name) => new FormData(form()).get(name) ?? "";
const clamp = (n, low, high) => Math.min(Math.max(n, low), Math.max(low, high));
const key = (ratio) => ratio.toFixed(4);

/** The largest window of that ratio with the point as near to its middle as the edges allow, in
 *  parts of the picture: left, top, right, bottom. */
export function around([width, height], ratio, [x, y]) {
  const wide = Math.min(1, (height * ratio) / width);
  const tall = Math.min(1, width / ratio / height);
  const left = clamp(x - wide / 2, 0, 1 - wide);
  const top = clamp(y - tall / 2, 0, 1 - tall);
  return [left, top, left + wide, top + tall];
}

/** The list that a field holds; empty for what is none. */
function asked(text) {
  try {
    const list = JSON.parse(text || "[]");
    return Array.isArray(list) ? list : [];
  } catch {
    return text.split(/[\s,]+/).filter(Boolean); // keys that somebody wrote by hand
  }
}

class SocialWall extends HTMLElement {
  #asset = null;
  #seen = null; // what the server found in the picture
  #own = new Map(); // format → {mode, focus}
  #drawing = 0;
  #said = null; // the field of formats as it was last read or written
  #fitted = new Map(); // address → picture that the server fitted into a shape

  connectedCallback() {
    this.picture = this.querySelector("[data-part=source]");
    this.places = [...this.querySelectorAll("[data-format]")];
    for (const place of this.places) this.#wire(place);
    this.addEventListener("click", (event) => this[event.target.closest("[data-do]")?.dataset.do]?.(event.target.closest("[data-do]")));
    this.addEventListener("change", (event) => this.#changed(event.target));
    this.picture.addEventListener("load", () => this.draw());
    document.addEventListener("asset", ({ target, detail }) => target.matches("asset-drop") && this.take(detail));
    document.addEventListener("settled", () => this.#settled());
    // What the browser fills in anew, after a reload or on the way back, comes after this element.
    addEventListener("pageshow", () => this.#settled());
    document.addEventListener("input", ({ target }) => target.matches("[data-point]") && this.#remember(target));
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "z" && !isTyping(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) this.safe();
    });
    new ResizeObserver(() => this.draw()).observe(this);
    this.#read();
    if (this.dataset.all === "" && !field().value) this.all();
    this.take(document.querySelector("asset-drop")?.asset ?? null); // what the page came with
  }

  #settled() {
    if (field().value !== this.#said) this.#read();
    this.#count();
    this.draw();
  }

  /** The picture, or the poster of the video, that is to be shown. */
  async take(asset) {
    this.hidden = !asset;
    for (const element of document.querySelectorAll("[data-when-empty]")) element.hidden = Boolean(asset);
    if (asset?.id === this.#asset?.id) return;
    const other = this.#asset !== null;
    this.#asset = asset;
    this.#seen = null;
    this.#fitted.clear();
    if (other && asset) this.#forget();
    this.setAttribute("aria-busy", String(Boolean(asset)));
    if (!asset) return;
    this.picture.src = asset.poster;
    const answer = await fetch(this.dataset.regard.replace(NOBODY, asset.id), { headers: { Accept: "application/json" } }).catch(() => null);
    if (asset !== this.#asset) return;
    this.setAttribute("aria-busy", "false");
    if (!answer?.ok) return;
    this.#seen = await answer.json();
    if (this.#seen.focus && !value("focus")) setFocus(...this.#seen.focus);
    this.draw();
  }

  /** What was said of places in another picture. */
  #forget() {
    for (const own of this.#own.values()) delete own.focus;
    this.#point("");
    this.#write();
  }

  #point(said) {
    const point = form().querySelector("[data-point]");
    if (point && point.value !== said) change(point, said);
  }

  /** No point of a person any more: what is found counts. */
  automatic() {
    this.#point("");
    this.#remember({ value: "" });
  }

  /** The point belongs to the picture: it is there again wherever that is used. */
  #remember({ value: said }) {
    const asset = this.#asset;
    clearTimeout(this.later);
    if (!asset || !this.dataset.focus || said === (this.#seen?.focus ?? []).join()) return;
    this.later = setTimeout(() => {
      if (this.#seen) this.#seen.focus = said ? said.split(",").map(Number) : null;
      const body = new URLSearchParams({ focus: said });
      fetch(this.dataset.focus.replace(NOBODY, asset.id), { method: "POST", body, headers: proof() }).catch(() => null);
    }, 400);
  }

  /* --- what the form says ------------------------------------------------------------------------- */
  #read() {
    this.#said = field().value;
    this.#own.clear();
    const named = new Map(asked(this.#said).map((one) => (typeof one === "string" ? [one, {}] : [one?.format, one])));
    for (const place of this.places) {
      const one = named.get(place.dataset.format);
      place.querySelector("[name=place]").checked = Boolean(one);
      const { mode, focus, box } = one ?? {};
      if (mode || focus || box) this.#own.set(place.dataset.format, { mode, focus: focus ?? (box && [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]) });
    }
    this.#count();
  }

  #write() {
    const chosen = this.places.filter((place) => place.querySelector("[name=place]").checked);
    const said = chosen.map(({ dataset: { format } }) => {
      const { mode, focus } = this.#own.get(format) ?? {};
      return mode || focus ? { format, ...(mode && { mode }), ...(focus && { focus }) } : format;
    });
    this.#said = said.length ? JSON.stringify(said) : "";
    change(field(), this.#said);
    this.#count();
    this.draw();
  }

  #changed(target) {
    const place = target.closest("[data-format]");
    if (target.name === "mode" && place) this.#change(place, { mode: target.value || undefined });
    if (target.name === "place") this.#write();
  }

  #change(place, part) {
    const own = { ...this.#own.get(place.dataset.format), ...part };
    if (own.mode === "center" || own.mode === "fit") delete own.focus;
    this.#own.set(place.dataset.format, own);
    place.querySelector("[name=place]").checked = true;
    this.#write();
  }

  #count() {
    for (const group of this.querySelectorAll("[data-platform]")) {
      const boxes = [...group.querySelectorAll("[name=place]")];
      const on = boxes.filter((box) => box.checked).length;
      const all = group.querySelector("[data-do=platform]");
      all.setAttribute("aria-pressed", String(on === boxes.length));
      group.querySelector("[data-part=count]").textContent = `${on} of ${boxes.length}`;
    }
    const total = this.places.filter((place) => place.querySelector("[name=place]").checked).length;
    const words = `${total} of ${this.places.length} formats chosen`;
    for (const part of document.querySelectorAll("[data-places-total]")) part.textContent = words;
  }

  /* --- buttons ------------------------------------------------------------------------------------ */
  all() {
    for (const box of this.querySelectorAll("[name=place]")) box.checked = true;
    this.#write();
  }

  none() {
    for (const box of this.querySelectorAll("[name=place]")) box.checked = false;
    this.#write();
  }

  platform(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const box of button.closest("[data-platform]").querySelectorAll("[name=place]")) box.checked = on;
    this.#write();
  }

  reset(button) {
    this.#own.delete(button.closest("[data-format]").dataset.format);
    this.#write();
  }

  safe() {
    const on = this.toggleAttribute("data-safe");
    this.querySelector("[data-do=safe]").setAttribute("aria-pressed", String(on));
  }

  /* --- a window of its own ------------------------------------------------------------------------- */
  #wire(place) {
    const view = place.querySelector("[data-part=view]");
    place.style.setProperty("--shape", String(this.#ratio(place)));
    const zone = place.dataset.zone.split(",");
    ["top", "bottom", "left", "right"].forEach((side, at) => view.style.setProperty(`--${side}`, `${zone[at]}%`));
    view.addEventListener("pointerdown", (event) => {
      if (!this.#moves(place)) return;
      if (event.pointerType === "mouse") event.preventDefault();
      view.setPointerCapture(event.pointerId);
      view.focus({ preventScroll: true });
      this.grip = { x: event.clientX, y: event.clientY, focus: this.#middle(place) };
    });
    view.addEventListener("pointermove", (event) => {
      if (!view.hasPointerCapture(event.pointerId)) return;
      const [left, top, right, bottom] = this.#box(place);
      const { width, height } = view.getBoundingClientRect();
      const { x, y, focus } = this.grip;
      // Up and down a finger scrolls.
      const far = event.pointerType === "mouse" ? Math.hypot(event.clientX - x, event.clientY - y) : Math.abs(event.clientX - x);
      if (!this.grip.moved && far < STILL) return;
      this.grip.moved = true;
      this.#aim(place, focus[0] - ((event.clientX - x) / width) * (right - left), focus[1] - ((event.clientY - y) / height) * (bottom - top));
    });
    view.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      if (!move || !this.#moves(place)) return;
      event.preventDefault();
      const [x, y] = this.#middle(place);
      this.#aim(place, x + move[0], y + move[1]);
    });
  }

  #aim(place, x, y) {
    const [left, top, right, bottom] = around(this.#size, this.#ratio(place), [x, y]);
    const focus = [(left + right) / 2, (top + bottom) / 2].map((n) => Number(clamp(n, 0, 1).toFixed(4)));
    this.#change(place, { focus, mode: undefined });
  }

  #moves(place) {
    return this.#asset && this.#mode(place) !== "fit";
  }

  #middle(place) {
    const [left, top, right, bottom] = this.#box(place);
    return [(left + right) / 2, (top + bottom) / 2];
  }

  /* --- drawing ------------------------------------------------------------------------------------ */
  get #size() {
    return [this.picture.naturalWidth, this.picture.naturalHeight];
  }

  #ratio({ dataset: { width, height } }) {
    return Number(width) / Number(height);
  }

  #mode(place) {
    const own = this.#own.get(place.dataset.format) ?? {};
    return own.mode ?? (own.focus ? "smart" : value("mode") || "smart");
  }

  /** The window of a place, in parts of the picture. */
  #box(place) {
    const ratio = this.#ratio(place);
    const own = this.#own.get(place.dataset.format) ?? {};
    const said = value("focus") ? value("focus").split(",").map(Number) : null;
    if (own.focus) return around(this.#size, ratio, own.focus);
    if (this.#mode(place) === "center") return around(this.#size, ratio, [0.5, 0.5]);
    if (said?.every(Number.isFinite)) return around(this.#size, ratio, said);
    return this.#seen?.boxes[key(ratio)] ?? around(this.#size, ratio, [0.5, 0.5]);
  }

  draw() {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = requestAnimationFrame(() => {
      if (!this.#asset || !this.picture.naturalWidth) return;
      for (const place of this.places) this.#draw(place);
      this.#show();
    });
  }

  #draw(place) {
    const canvas = place.querySelector("canvas");
    const wide = Math.max(1, Math.round(canvas.clientWidth * SHARP));
    const tall = Math.max(1, Math.round(wide / this.#ratio(place)));
    Object.assign(canvas, { width: wide, height: tall });
    const paint = canvas.getContext("2d");
    paint.imageSmoothingQuality = "high";
    if (this.#mode(place) === "fit") this.#fit(paint, wide, tall, this.#ratio(place));
    else this.#cut(paint, wide, tall, this.#box(place));
    this.#tell(place);
  }

  #cut(paint, wide, tall, [left, top, right, bottom]) {
    const [width, height] = this.#size;
    paint.fillStyle = value("background_color") || "#fff";
    paint.fillRect(0, 0, wide, tall);
    paint.drawImage(this.picture, left * width, top * height, (right - left) * width, (bottom - top) * height, 0, 0, wide, tall);
  }

  /** Where the whole picture is in a shape: left, top, width, height. */
  #whole(wide, tall) {
    const [width, height] = this.#size;
    const by = Math.min(wide / width, tall / height);
    return [(wide - width * by) / 2, (tall - height * by) / 2, width * by, height * by];
  }

  /** All of it, and beside it what the form says; what is more than a color, as the server does it. */
  #fit(paint, wide, tall, ratio) {
    const [x, y, w, h] = this.#whole(wide, tall);
    const fill = value("fill");
    paint.fillStyle = fill === "color" ? value("background_color") : "#fff";
    paint.fillRect(0, 0, wide, tall);
    const done = fill === "blur" || fill === "extend" ? this.#fittedBy(fill, ratio) : null;
    if (done) paint.drawImage(done, 0, 0, wide, tall);
    else paint.drawImage(this.picture, x, y, w, h);
  }

  /** The picture of the server, once it is there. */
  #fittedBy(fill, ratio) {
    const query = new URLSearchParams({ shape: ratio.toFixed(4), fill });
    const address = `${this.dataset.fitted.replace(NOBODY, this.#asset.id)}?${query}`;
    if (!this.#fitted.has(address)) {
      const picture = new Image();
      picture.addEventListener("load", () => this.draw());
      picture.src = address;
      this.#fitted.set(address, picture);
    }
    const found = this.#fitted.get(address);
    return found.complete && found.naturalWidth ? found : null;
  }

  /** What is this place's own, and what lies under its rim. */
  #tell(place) {
    const own = this.#own.get(place.dataset.format) ?? {};
    const custom = Boolean(own.mode || own.focus);
    place.toggleAttribute("data-custom", custom);
    place.querySelector("[data-do=reset]").hidden = !custom;
    place.querySelector("[name=mode]").value = own.mode ?? "";
    place.querySelector("[data-part=warning]").textContent = [this.#covered(place), this.#enlarged(place)].filter(Boolean).join(" ");
  }

  /** The point on the source, as the form says it. */
  #show() {
    const [width, height] = this.#size;
    const whole = [[0, 0], [width, 0], [width, height], [0, height]];
    const said = value("focus");
    const point = document.querySelector("focus-point");
    point?.toggleAttribute("data-auto", !said);
    point?.draw([width, height], [whole, whole, whole], said ? said.split(",").map(Number) : [0.5, 0.5]);
    this.querySelector("[data-do=automatic]").hidden = !said;
  }

  /** How many times larger its pixels become, where that is seen. */
  #enlarged(place) {
    const { width, height } = this.#asset;
    if (!width) return "";
    const [left, top, right, bottom] = this.#box(place);
    const fit = this.#mode(place) === "fit";
    const across = place.dataset.width / (width * (fit ? 1 : right - left));
    const down = place.dataset.height / (height * (fit ? 1 : bottom - top));
    const by = fit ? Math.min(across, down) : Math.max(across, down);
    if (by > 1 && value("small") === "refuse") return "It has too few pixels and is left out.";
    if (by > BLUR) return `Enlarged ${by.toFixed(0)} times: it is a blur.`;
    return by > SOFTER ? `Enlarged ${by.toFixed(1)} times: it looks soft.` : "";
  }

  #covered(place) {
    const fit = this.#mode(place) === "fit";
    const box = fit ? [0, 0, 1, 1] : this.#box(place);
    const at = fit ? this.#whole(this.#ratio(place), 1).map((n, i) => (i % 2 ? n : n / this.#ratio(place))) : [0, 0, 1, 1];
    const [top, bottom, left, right] = place.dataset.zone.split(",").map((n) => Number(n) / 100);
    const across = (x) => at[0] + ((x - box[0]) / (box[2] - box[0])) * at[2];
    const down = (y) => at[1] + ((y - box[1]) / (box[3] - box[1])) * at[3];
    const hidden = ([l, t, r, b]) => across(l) < left || across(r) > 1 - right || down(t) < top || down(b) > 1 - bottom;
    const inside = ([l, t, r, b]) => r > box[0] && l < box[2] && b > box[1] && t < box[3];
    const face = this.#seen?.faces.some((one) => inside(one) && hidden(one));
    const text = this.#seen?.texts.some((one) => inside(one) && hidden(one));
    const what = face && text ? "A face and words reach" : face ? "A face reaches" : text ? "Words reach" : "";
    return what && `${what} into what the platform covers.`;
  }
}
customElements.define("social-wall", SocialWall);
