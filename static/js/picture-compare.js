/**
 * <picture-compare>: two pictures in one place, locked in zoom and movement. A line to slide, side
 * by side, their difference, or one blinking over the other; a loupe that shows both.
 *
 * `show(before, after, shift)`: assets; `shift` says where the earlier one lies in the later one,
 * in its pixels, when that has grown around it. Everything is measured in pixels of the later one.
 */

import { calm, isTyping } from "./page.js";
import { originalOf } from "./picture-canvas.js";
import { Viewport } from "./viewport.js";

const NEAR = 28; // CSS pixels from the line that still take it
const BLINK = 600;
const LOUPE = 2; // screen pixels per pixel of the picture
const STEPS = { ArrowLeft: -20, ArrowRight: 20, Home: -1000, End: 1000 };

class PictureCompare extends HTMLElement {
  #pair = null;
  #at = 500; // of 1000
  #mode = "slider";
  #timer = 0;
  #loupe = false;

  connectedCallback() {
    if (this.viewport) return;
    this.box = this.querySelector(".canvas-box");
    this.panes = [...this.querySelectorAll(".pane")];
    this.range = this.querySelector('[type="range"]');
    this.glass = this.querySelector(".loupe");
    this.viewport = new Viewport(this.box, {
      changed: () => this.draw(),
      panes: () => (this.#mode === "side" ? 2 : 1),
      hand: { down: (e) => this.#down(e), move: (e, held) => this.#move(e, held) },
    });
    this.range.addEventListener("input", () => this.slide(Number(this.range.value)));
    this.addEventListener("click", (event) => {
      const { mode, zoom, do: does } = event.target.closest("button")?.dataset ?? {};
      if (mode) this.mode(mode);
      if (zoom) this.#zoom(zoom);
      if (does) this[does]();
    });
    this.box.addEventListener("pointerleave", () => (this.glass.hidden = true));
    document.addEventListener("keydown", (event) => this.#pair && this.checkVisibility() && this.#key(event));
    for (const picture of this.querySelectorAll("img")) {
      picture.addEventListener("error", () => picture.dataset.poster && picture.getAttribute("src") !== picture.dataset.poster && (picture.src = picture.dataset.poster));
    }
    const { before, after } = this.dataset;
    if (before) this.show(JSON.parse(before), JSON.parse(after));
  }

  show(before, after, shift = null) {
    this.#pair = [before, after];
    this.#places = [placed(before, after, shift), { left: 0, top: 0, width: after.width, height: after.height }];
    this.#pair.forEach((asset, i) => {
      for (const picture of this.querySelectorAll(`[data-side="${i}"]`)) {
        picture.dataset.poster = asset.poster;
        if (picture.getAttribute("src") !== originalOf(asset)) picture.src = originalOf(asset);
      }
    });
    this.querySelector('[data-part="sizes"]').textContent = sizes(before, after);
    this.viewport.show(after.width, after.height);
    this.slide(500);
    this.#glow();
  }
  #places = [];

  /** The line comes in from the side once, so that it is seen. */
  #glow() {
    if (calm.matches) return;
    this.box.animate([{ opacity: 0.4 }, { opacity: 1 }], { duration: 260, easing: "ease-out" });
  }

  slide(at) {
    this.#at = Math.min(Math.max(at, 0), 1000);
    this.range.value = this.#at;
    this.range.setAttribute("aria-valuetext", `${Math.round(this.#at / 10)} % before, the rest after`);
    this.box.style.setProperty("--at", `${this.#at / 10}%`);
    this.range.style.setProperty("--at", `${this.#at / 10}%`);
  }

  mode(mode) {
    clearInterval(this.#timer);
    this.#mode = mode;
    this.dataset.mode = mode;
    for (const button of this.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    this.range.hidden = mode !== "slider";
    this.box.removeAttribute("data-other");
    // Where movement is unwelcome each press shows the other one.
    if (mode === "blink" && !calm.matches) this.#timer = setInterval(() => this.#other(), BLINK);
    this.viewport.resized();
    this.draw();
  }

  #other() {
    if (!this.isConnected) return clearInterval(this.#timer);
    this.box.toggleAttribute("data-other");
  }

  swap() {
    this.toggleAttribute("data-swapped");
    const button = this.querySelector('[data-do="swap"]');
    button.setAttribute("aria-pressed", String(this.hasAttribute("data-swapped")));
    this.draw();
  }

  loupe() {
    this.#loupe = !this.#loupe;
    this.querySelector('[data-do="loupe"]').setAttribute("aria-pressed", String(this.#loupe));
    this.glass.hidden = true;
  }

  #zoom(how) {
    if (how === "fit") this.viewport.fit();
    else this.viewport.exactly(Number(how));
  }

  draw() {
    if (!this.#pair) return;
    const { x, y, scale, share } = this.viewport;
    this.panes.forEach((pane, i) => {
      const picture = pane.querySelector("img");
      this.#place(picture, i, x, y, scale);
      picture.toggleAttribute("data-pixels", share >= 3);
    });
    this.querySelector('[data-part="share"]').textContent = `${Math.round(share * 100)} %`;
  }

  #place(picture, i, x, y, scale) {
    const { left, top, width, height } = this.#places[i];
    picture.style.setProperty("width", `${width}px`);
    picture.style.setProperty("height", `${height}px`);
    picture.style.setProperty("transform", `matrix(${scale},0,0,${scale},${x + left * scale},${y + top * scale})`);
  }

  /* --- hand and keys ------------------------------------------------------------------------------- */
  #down(event) {
    if (this.#mode !== "slider") return false;
    const [x] = this.viewport.inBox(event);
    const line = (this.#at / 1000) * this.viewport.width;
    if (!this.viewport.fitted && Math.abs(x - line) > NEAR) return false;
    this.range.focus({ preventScroll: true });
    this.#move(event, true);
    return true;
  }

  #move(event, held) {
    const at = this.viewport.inBox(event);
    if (held) this.slide((at[0] / this.viewport.width) * 1000);
    else if (this.#loupe && event.pointerType !== "touch") this.#look(event, at);
  }

  /** Left half before, right half after, of the same spot. */
  #look(event, [x, y]) {
    const box = this.box.getBoundingClientRect();
    this.glass.hidden = false;
    this.glass.style.setProperty("--x", `${event.clientX - box.left}px`);
    this.glass.style.setProperty("--y", `${event.clientY - box.top}px`);
    const scale = (LOUPE * Math.max(this.viewport.share, 1)) / devicePixelRatio;
    const half = this.glass.clientWidth / 2;
    const [px, py] = [(x - this.viewport.x) / this.viewport.scale, (y - this.viewport.y) / this.viewport.scale];
    this.glass.querySelectorAll("img").forEach((picture, i) => this.#place(picture, i, half - px * scale, half - py * scale, scale));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || event.target.closest("#results")) return;
    const key = event.key.toLowerCase();
    const does = {
      s: () => this.swap(),
      b: () => (this.#mode === "blink" && calm.matches ? this.#other() : this.mode(this.#mode === "blink" ? "slider" : "blink")),
      0: () => this.#zoom("fit"),
      1: () => this.#zoom(1),
      2: () => this.#zoom(2),
      "+": () => this.viewport.closer(),
      "-": () => this.viewport.farther(),
    }[key];
    const step = STEPS[event.key];
    if (step && event.target.matches('[type="range"], [type="radio"]') && event.target !== this.range) return;
    if (!does && !(step && this.#mode === "slider")) return;
    event.preventDefault();
    does ? does() : this.slide(this.#at + step);
  }
}

/** Where the earlier picture lies in the later one: told, of the same shape, or in the middle. */
function placed(before, after, shift) {
  if (shift) return { left: shift[0], top: shift[1], width: before.width, height: before.height };
  const across = after.width / before.width;
  const down = after.height / before.height;
  if (Math.abs(across / down - 1) < 0.015) return { left: 0, top: 0, width: after.width, height: after.height };
  const scale = Math.min(across, down);
  const [width, height] = [before.width * scale, before.height * scale];
  return { left: (after.width - width) / 2, top: (after.height - height) / 2, width, height };
}

function sizes(before, after) {
  const said = ({ width, height }) => `${width} × ${height}`;
  return said(before) === said(after) ? said(after) : `${said(before)} → ${said(after)}`;
}

customElements.define("picture-compare", PictureCompare);
