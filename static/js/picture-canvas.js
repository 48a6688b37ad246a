/**
 * <picture-canvas>: a picture that can be zoomed and moved, on squares where it is transparent.
 * Others build on it: masks, frames. `asset` has id, poster, width, height and title.
 *
 * Fires "picked" (detail: "#rrggbb") when a color was asked for with `pick()`.
 */

import { isTyping } from "./page.js";
import { Viewport } from "./viewport.js";

const SVG = "http://www.w3.org/2000/svg";
const ZOOMS = { closer: (v) => v.closer(), farther: (v) => v.farther(), fit: (v) => v.fit(), 1: (v) => v.exactly(1), 2: (v) => v.exactly(2) };
const KEYS = { "+": "closer", "=": "closer", "-": "farther", 0: "fit", 1: "1", 2: "2" };
/** The posters of the server are not longer than this. */
const POSTER = 1600;

export const originalOf = (asset) => asset.poster.replace(/poster\/$/, "original/");
const hex = (...parts) => `#${parts.map((n) => Math.round(n).toString(16).padStart(2, "0")).join("")}`;

export function drawing(name, attributes = {}) {
  const shape = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
  return shape;
}

export class PictureCanvas extends HTMLElement {
  asset = null;
  #pick = null;

  connectedCallback() {
    if (this.viewport) return;
    this.box = this.querySelector(".canvas-box");
    this.picture = this.querySelector('[data-part="picture"]');
    this.over = this.querySelector('[data-part="over"]');
    this.viewport = new Viewport(this.box, {
      changed: () => this.draw(),
      hand: { down: (e) => this.down(e), move: (e, held) => this.move(e, held), up: (e) => this.up(e), cancel: () => this.cancel() },
    });
    this.addEventListener("click", (event) => {
      const zoom = event.target.closest("[data-zoom]")?.dataset.zoom;
      if (zoom) ZOOMS[zoom](this.viewport);
    });
    this.box.addEventListener("pointerleave", () => this.leave());
    document.addEventListener("keydown", (event) => this.usable && !isTyping(event.target) && this.key(event));
    // A file that the browser cannot show, such as TIFF, is shown by its poster.
    this.picture.addEventListener("error", () => {
      if (this.asset && this.picture.getAttribute("src") !== this.asset.poster) this.picture.src = this.asset.poster;
    });
    this.ready();
  }

  /** For those who build on it. */
  ready() {}

  /** Whether it is in sight and has a picture. */
  get usable() {
    return Boolean(this.asset) && this.checkVisibility();
  }

  show(asset) {
    this.asset = asset;
    this.toggleAttribute("data-full", Boolean(asset));
    if (!asset) return;
    this.box.setAttribute("aria-label", this.named(asset));
    this.picture.alt = asset.alt ?? asset.title ?? "";
    this.picture.src = asset.poster;
    this.measure();
  }

  named(asset) {
    return `${asset.title || "Picture"}, ${asset.width} × ${asset.height} pixels`;
  }

  /** Tell the viewport how large all of it is. */
  measure() {
    this.viewport.show(this.asset.width, this.asset.height);
  }

  draw() {
    if (!this.asset) return;
    const { scale, x, y, share } = this.viewport;
    this.place(this.picture, x, y, scale);
    this.picture.toggleAttribute("data-pixels", share >= 3);
    const words = this.querySelector('[data-part="share"]');
    if (words) words.textContent = `${Math.round(share * 100)} %`;
    const shown = (scale * devicePixelRatio * Math.max(this.asset.width, this.asset.height)) / POSTER;
    if (shown > 1.1 && this.picture.getAttribute("src") === this.asset.poster) this.#sharpen(this.asset);
  }

  place(picture, x, y, scale) {
    picture.style.setProperty("width", `${this.asset.width}px`);
    picture.style.setProperty("height", `${this.asset.height}px`);
    picture.style.setProperty("transform", `matrix(${scale},0,0,${scale},${x},${y})`);
  }

  /** The file itself in place of the poster, once it is there. */
  async #sharpen(asset) {
    const file = new Image();
    file.src = originalOf(asset);
    await file.decode().catch(() => {});
    if (file.naturalWidth && this.asset === asset) this.picture.src = file.src;
  }

  /* --- hand and keys ------------------------------------------------------------------------------- */
  down(event) {
    if (!this.#pick) return false;
    this.#picked(event);
    return true;
  }

  move(event, held) {
    if (this.#pick && held) this.#picked(event);
  }

  up() {
    if (this.#pick) this.pick(false);
  }

  cancel() {}
  leave() {}

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && this.#pick) return this.pick(false);
    const zoom = KEYS[event.key];
    // On a page where digits open results they only zoom while the picture has the focus.
    const own = this.contains(event.target) || !document.querySelector("[data-digits-open]");
    if (!zoom || event.target.closest("#results") || (/\d/.test(event.key) && !own)) return;
    event.preventDefault();
    ZOOMS[zoom](this.viewport);
  }

  /* --- colors -------------------------------------------------------------------------------------- */
  /** Take a color from the picture with the next press, or no longer. */
  pick(on) {
    this.#pick = on || null;
    this.box.toggleAttribute("data-picking", on);
    this.dispatchEvent(new CustomEvent("picking", { bubbles: true, detail: on }));
  }

  #picked(event) {
    const [x, y] = this.viewport.inPicture(event);
    const color = this.colorAt(x, y);
    if (color) this.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: color }));
  }

  /** The mean color of the pixels around a point; null outside. */
  colorAt(x, y) {
    const { width, height } = this.asset;
    if (x < 0 || y < 0 || x >= width || y >= height || !this.picture.naturalWidth) return null;
    const pen = new OffscreenCanvas(3, 3).getContext("2d");
    const across = this.picture.naturalWidth / width;
    const down = this.picture.naturalHeight / height;
    pen.drawImage(this.picture, Math.floor(x * across) - 1, Math.floor(y * down) - 1, 3, 3, 0, 0, 3, 3);
    const { data } = pen.getImageData(0, 0, 3, 3);
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < data.length; i++) sums[i % 4] += i % 4 === 3 ? data[i] : data[i] * data[i - (i % 4) + 3];
    return sums[3] ? hex(...sums.slice(0, 3).map((sum) => sum / sums[3])) : null;
  }
}
customElements.define("picture-canvas", PictureCanvas);
