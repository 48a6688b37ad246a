/**
 * Where a picture lies in its box: zoom and pan by wheel, fingers, middle button, space and keys.
 * What a single pointer does otherwise is up to the owner.
 *
 * `scale` is in CSS pixels per pixel of the picture, `x` and `y` are where its top left corner lies
 * in the box.
 */

import { isTyping } from "./page.js";

const MOST = 32; // CSS pixels per pixel of the picture
const EDGE = 48; // so far an edge may come into the box
const STEP = 1.25;

export class Viewport {
  scale = 1;
  x = 0;
  y = 0;
  size = [1, 1];
  fitted = true;
  #fingers = new Map();
  #pinch = null;
  #pan = null;
  #space = false;
  #held = null; // the pointer that the hand has
  #place = null; // of the box in the window, while nothing can have moved it

  /** `changed()` draws; `hand` may have down(event) → taken, move, up, cancel. `panes` is among how
   *  many the width of the box is shared, `inside(x, y)` where in one of them that is. */
  constructor(box, { changed, hand = {}, panes = () => 1 }) {
    Object.assign(this, { box, changed, hand, panes });
    box.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    box.addEventListener("pointerdown", (event) => this.#down(event));
    box.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) box.addEventListener(name, (event) => this.#up(event));
    box.addEventListener("auxclick", (event) => event.button === 1 && event.preventDefault());
    document.addEventListener("keydown", (event) => this.#spaced(event, true));
    document.addEventListener("keyup", (event) => this.#spaced(event, false));
    const moved = () => (this.#place = null);
    for (const name of ["scroll", "resize"]) addEventListener(name, moved, { capture: true, passive: true });
    for (const name of ["pointerenter", "pointerdown"]) box.addEventListener(name, moved, true);
    new ResizeObserver(() => (moved(), this.resized())).observe(box);
  }

  get width() {
    return this.box.clientWidth / this.panes();
  }

  get height() {
    return this.box.clientHeight;
  }

  get least() {
    const [width, height] = this.size;
    return Math.min(this.width / width, this.height / height) || 1;
  }

  /** 1 is one pixel of the picture on one of the screen. */
  get share() {
    return this.scale * devicePixelRatio;
  }

  resized() {
    if (!this.box.clientWidth) return;
    if (this.fitted) this.fit();
    else this.#settle();
  }

  show(width, height) {
    this.size = [width, height];
    this.fit();
  }

  fit() {
    // A small picture is not blown up to the whole box by itself.
    this.scale = Math.min(this.least, Math.max(1, 160 / Math.max(...this.size)) * 4);
    this.#settle();
    this.fitted = true;
  }

  /** Show so many screen pixels per pixel of the picture. */
  exactly(share, at) {
    this.zoom(share / this.share, at);
  }

  zoom(factor, at = [this.width / 2, this.height / 2]) {
    const next = Math.min(Math.max(this.scale * factor, Math.min(this.least, 1 / devicePixelRatio)), MOST);
    const real = next / this.scale;
    this.x = at[0] - (at[0] - this.x) * real;
    this.y = at[1] - (at[1] - this.y) * real;
    this.scale = next;
    this.#settle();
    this.fitted = next <= this.least * 1.001;
  }

  closer = () => this.zoom(STEP);
  farther = () => this.zoom(1 / STEP);

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.fitted = false;
    this.#settle();
  }

  /** Bring a point of the picture into sight. */
  reveal(px, py) {
    const [x, y] = [this.x + px * this.scale, this.y + py * this.scale];
    const over = (n, most) => (n < EDGE ? EDGE - n : n > most - EDGE ? most - EDGE - n : 0);
    const [dx, dy] = [over(x, this.width), over(y, this.height)];
    if ((dx || dy) && !this.fitted) this.pan(dx, dy);
  }

  /** Where in the box, in CSS pixels, an event is; in any of the panes. */
  inBox(event) {
    // Asked for with every event, it would make the page lay itself out again each time.
    const box = (this.#place ??= this.box.getBoundingClientRect());
    return [(event.clientX - box.left) % (box.width / this.panes()), event.clientY - box.top];
  }

  /** The point of the picture under an event, in its pixels; may lie outside. */
  inPicture(event) {
    const [x, y] = this.inBox(event);
    return [(x - this.x) / this.scale, (y - this.y) / this.scale];
  }

  #settle() {
    const place = (at, length, room) => {
      if (length <= room) return (room - length) / 2;
      return Math.min(Math.max(at, room - length - EDGE), EDGE);
    };
    this.x = place(this.x, this.size[0] * this.scale, this.width);
    this.y = place(this.y, this.size[1] * this.scale, this.height);
    this.changed();
  }

  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), this.inBox(event));
  }

  #down(event) {
    if (event.target.closest("button, input, a, [data-own-drag]")) return;
    if (event.pointerType === "touch") this.#fingers.set(event.pointerId, this.inBox(event));
    if (this.#fingers.size === 2) return this.#startPinch();
    if (this.#fingers.size > 2) return;
    this.box.setPointerCapture(event.pointerId);
    const pans = event.button === 1 || (event.button === 0 && this.#space);
    if (!pans && event.button === 0 && this.hand.down?.(event)) {
      this.#held = event.pointerId;
      return;
    }
    event.preventDefault();
    this.#pan = { id: event.pointerId, at: [event.clientX, event.clientY] };
    this.box.toggleAttribute("data-panning", true);
  }

  #move(event) {
    if (this.#fingers.has(event.pointerId)) this.#fingers.set(event.pointerId, this.inBox(event));
    if (this.#pinch) return this.#pinched();
    if (this.#pan?.id === event.pointerId) {
      const [x, y] = this.#pan.at;
      this.#pan.at = [event.clientX, event.clientY];
      return this.pan(event.clientX - x, event.clientY - y);
    }
    this.hand.move?.(event, event.pointerId === this.#held);
  }

  #up(event) {
    this.#fingers.delete(event.pointerId);
    if (this.#fingers.size < 2) this.#pinch = null;
    if (this.#pan?.id === event.pointerId) {
      this.#pan = null;
      this.box.removeAttribute("data-panning");
    }
    if (this.#held !== event.pointerId) return;
    this.#held = null;
    this.hand[event.type === "pointerup" ? "up" : "cancel"]?.(event);
  }

  /** A second finger: what the first one has begun was not meant. */
  #startPinch() {
    if (this.#held !== null) this.hand.cancel?.();
    this.#held = this.#pan = null;
    this.#pinch = this.#grip();
  }

  #grip() {
    const [a, b] = [...this.#fingers.values()];
    return { middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], apart: Math.hypot(a[0] - b[0], a[1] - b[1]) || 1 };
  }

  #pinched() {
    const before = this.#pinch;
    const now = (this.#pinch = this.#grip());
    this.pan(now.middle[0] - before.middle[0], now.middle[1] - before.middle[1]);
    this.zoom(now.apart / before.apart, now.middle);
  }

  #spaced(event, on) {
    if (event.key !== " " || (on && isTyping(event.target))) return;
    this.#space = on;
    this.box.toggleAttribute("data-hand", on);
    // Over the picture it is for the hand, and does not scroll the page.
    if (on && event.target === document.body && this.box.matches(":hover")) event.preventDefault();
  }
}
