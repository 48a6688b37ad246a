/**
 * <mask-editor>: a picture with a mask over it that is painted by mouse, pen, fingers or keys. The
 * mask has the pixels of the picture; what is seen is drawn from them for the screen alone, so that
 * a stroke costs what it covers on the screen, whatever the size of the picture.
 *
 * Fires "masked" (bubbling) after every change.
 */

import { isTyping } from "./page.js";
import { drawing, PictureCanvas } from "./picture-canvas.js";
import { Mask } from "./mask-store.js";
import { clear, feather, fill, flood, grow, invert, lasso, rectangle, stroke } from "./mask-shapes.js";
import { tint } from "./mask-tint.js";
import { say } from "./toast.js";

const LEAST = 1;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TOOLS = { b: "brush", e: "eraser", r: "rectangle", l: "lasso", g: "bucket" };
const KEPT = "mask-color";

export class MaskEditor extends PictureCanvas {
  mask = null;
  tool = "brush";
  size = 40; // across, in pixels of the picture
  version = 0;
  #former = new Map(); // masks of other sizes, for when such a picture comes back
  #dirty = null;
  #frame = 0;
  #line = null; // points of the shape that is being drawn
  #last = null;
  #erasing = false;
  #cross = null; // where the keys are, in pixels of the picture
  #hidden = false;
  #at = null; // where the pointer is, in the box

  ready() {
    this.canvas = this.querySelector('[data-part="paint"]');
    this.pen = this.canvas.getContext("2d", { desynchronized: true });
    this.ring = drawing("circle", { class: "ring" });
    this.hair = drawing("path", { class: "hair" });
    this.shape = drawing("path", { class: "drawn" });
    this.over.append(this.shape, this.ring, this.hair);
    this.slider = this.querySelector('[data-part="size"]');
    this.color = this.querySelector('[data-part="color"]');
    this.color.value = localStorage.getItem(KEPT) ?? this.color.value;
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-tool], [data-do]");
      if (button?.dataset.tool) this.use(button.dataset.tool);
      else if (button) this[button.dataset.do]?.();
    });
    this.addEventListener("input", (event) => this.#input(event));
    this.box.addEventListener("keydown", (event) => this.#boxKey(event));
    this.box.addEventListener("blur", () => this.#show(null));
    this.use("brush");
  }

  #input({ target }) {
    if (target === this.slider) this.resize(sizeAt(target.value, this.#most));
    if (target !== this.color) return;
    localStorage.setItem(KEPT, target.value);
    this.#all();
  }

  get #most() {
    return this.asset ? Math.max(64, Math.round(Math.max(this.asset.width, this.asset.height) / 3)) : 500;
  }

  show(asset) {
    const before = this.mask;
    super.show(asset);
    if (!asset || (before?.width === asset.width && before.height === asset.height)) return this.#all();
    const name = `${asset.width}×${asset.height}`;
    if (before) this.#former.set(`${before.width}×${before.height}`, before);
    this.mask = this.#former.get(name) ?? this.#new(asset.width, asset.height);
    this.#former.delete(name);
    if (before && !before.empty) {
      say(`The mask was painted for ${before.width} × ${before.height} px; this picture has ${asset.width} × ${asset.height}. It is put aside until a picture of its size comes back.`);
    }
    this.resize(Math.max(8, Math.round(Math.max(asset.width, asset.height) / 16)));
    this.#changed();
    this.#all();
  }

  #new(width, height) {
    return new Mask(width, height, (...area) => this.#spoil(...area));
  }

  get empty() {
    return !this.mask || this.mask.empty;
  }

  /** Take the bytes of a mask of the same size, as one step that can be undone. */
  load(bytes) {
    this.#step((mask) => {
      mask.touch(0, 0, mask.width, mask.height);
      mask.bytes.set(bytes);
    });
  }

  /* --- tools --------------------------------------------------------------------------------------- */
  use(tool) {
    this.tool = tool;
    this.#line = null;
    this.#shape();
    this.box.dataset.tool = tool;
    for (const button of this.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  }

  resize(size) {
    this.size = Math.min(Math.max(Math.round(size), LEAST), this.#most);
    this.slider.value = sliderAt(this.size, this.#most);
    this.slider.style.setProperty("--at", `${this.slider.value / 10}%`);
    this.slider.setAttribute("aria-valuetext", `${this.size} pixels`);
    this.querySelector('[data-part="size-words"]').textContent = `${this.size} px`;
    this.#ring();
  }

  undo() {
    this.mask?.undo();
    this.#changed();
  }

  redo() {
    this.mask?.redo();
    this.#changed();
  }

  get #amount() {
    return Math.min(Math.max(Number(this.querySelector('[data-part="amount"]').value) || 1, 1), 200);
  }

  invert = () => this.#step(invert);
  whole = () => this.#step(fill);
  none = () => this.#step(clear);
  grow = () => this.#step((mask) => grow(mask, this.#amount));
  shrink = () => this.#step((mask) => grow(mask, -this.#amount));
  feather = () => this.#step((mask) => feather(mask, this.#amount));

  #step(work) {
    if (!this.mask) return;
    this.mask.step(work);
    this.#changed();
  }

  #changed() {
    this.version += 1;
    for (const [name, can] of [["undo", this.mask?.canUndo], ["redo", this.mask?.canRedo]]) {
      // Not `disabled`: the focus would be lost with the last step.
      this.querySelector(`[data-do="${name}"]`).setAttribute("aria-disabled", String(!can));
    }
    this.dispatchEvent(new CustomEvent("masked", { bubbles: true }));
  }

  /** What was loaded is where going back ends. */
  settled() {
    this.#changed();
  }

  hide() {
    this.#hidden = !this.#hidden;
    this.querySelector('[data-do="hide"]').setAttribute("aria-pressed", String(this.#hidden));
    this.#all();
  }

  /* --- hand ---------------------------------------------------------------------------------------- */
  down(event) {
    if (super.down(event)) return true;
    if (!this.mask || this.box.hasAttribute("data-picking")) return false;
    this.box.focus({ preventScroll: true });
    this.#show(null);
    this.#begin(this.viewport.inPicture(event), event.altKey, this.#radius(event));
    return true;
  }

  #begin(at, alt, radius = this.size / 2) {
    this.#erasing = (this.tool === "eraser") !== alt;
    if (this.tool === "bucket") return this.#step((mask) => flood(mask, ...at, this.#erasing));
    if (this.tool === "rectangle" || this.tool === "lasso") return (this.#line = [at]), this.#shape();
    this.mask.begin();
    this.#last = [...at, radius];
    stroke(this.mask, this.#last, this.#last, this.#erasing);
  }

  #radius({ pointerType, pressure }) {
    return (this.size / 2) * (pointerType === "pen" && pressure ? 0.2 + 0.8 * pressure : 1);
  }

  move(event, held) {
    super.move(event, held);
    this.#at = this.viewport.inBox(event);
    this.#frame ||= requestAnimationFrame(() => this.#paint());
    if (!held) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const e of events.length ? events : [event]) this.#to(this.viewport.inPicture(e), this.#radius(e));
  }

  #to(at, radius = this.size / 2) {
    if (this.#last) {
      const next = [...at, radius];
      stroke(this.mask, this.#last, next, this.#erasing);
      this.#last = next;
    } else if (this.#line) {
      if (this.tool === "rectangle") this.#line[1] = at;
      else this.#line.push(at);
      this.#shape();
    }
  }

  up(event) {
    super.up(event);
    this.#end();
  }

  #end() {
    if (this.#last) {
      this.#last = null;
      this.mask.commit();
      this.#changed();
    }
    const line = this.#line;
    this.#line = null;
    if (line) this.#shape();
    if (line?.[1] && this.tool === "rectangle") this.#step((mask) => rectangle(mask, line[0], line[1], this.#erasing));
    if (line?.[2] && this.tool === "lasso") this.#step((mask) => lasso(mask, line, this.#erasing));
  }

  cancel() {
    if (this.#last) this.mask.cancel();
    this.#last = this.#line = null;
    this.#shape();
  }

  leave() {
    this.#at = null;
    this.#ring();
  }

  /* --- keys ---------------------------------------------------------------------------------------- */
  key(event) {
    const command = event.ctrlKey || event.metaKey;
    const letter = event.key.toLowerCase();
    const does = command
      ? { z: () => (event.shiftKey ? this.redo() : this.undo()), y: () => this.redo() }[letter]
      : { "[": () => this.resize(Math.min(this.size / 1.2, this.size - 1)), "]": () => this.resize(Math.max(this.size * 1.2, this.size + 1)), h: () => this.hide() }[letter];
    if (does && !event.altKey) {
      event.preventDefault();
      return does();
    }
    if (!command && !event.altKey && TOOLS[letter]) return this.use(TOOLS[letter]);
    super.key(event);
  }

  /** Arrow keys move a cross over the picture, space or Enter does there what a press does. */
  #boxKey(event) {
    if (!this.mask || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      event.preventDefault();
      const way = (event.shiftKey ? 40 : 8) / this.viewport.scale;
      const [x, y] = this.#cross ?? [this.mask.width / 2, this.mask.height / 2];
      const next = [Math.min(Math.max(x + arrow[0] * way, 0), this.mask.width), Math.min(Math.max(y + arrow[1] * way, 0), this.mask.height)];
      this.#show(next);
      if (this.#last) this.#to(next);
      else if (this.#line && this.tool === "rectangle") this.#to(next);
    } else if ([" ", "Enter"].includes(event.key)) {
      event.preventDefault();
      // Under the mouse the space bar is the hand that moves the picture.
      const hand = event.key === " " && !this.#cross && this.box.matches(":hover");
      if (!event.repeat && !hand) this.#press(event);
    } else if (event.key === "Escape" && (this.#last || this.#line)) {
      event.preventDefault();
      this.cancel();
    }
  }

  /** A brush goes down, and up with the second press; a corner each; each point of a lasso, which
   *  Enter closes. */
  #press({ key, altKey }) {
    if (!this.#cross) return this.#show([this.mask.width / 2, this.mask.height / 2]);
    if (this.#last || (this.#line && (this.tool === "rectangle" || key === "Enter"))) this.#end();
    else if (this.#line) this.#to(this.#cross);
    else this.#begin(this.#cross, altKey);
    this.#say(this.#cross);
  }

  #show(cross) {
    if (!cross && this.#cross && this.#last) this.#end();
    this.#cross = cross;
    if (cross) this.viewport.reveal(...cross);
    this.#ring();
    this.#say(cross);
  }

  /** Where the cross is, and whether it paints, for those who do not see it. */
  #say(cross) {
    const words = this.querySelector('[data-part="said"]');
    const busy = this.#last || this.#line ? ", painting" : "";
    if (words && cross) words.textContent = `${Math.round((cross[0] / this.mask.width) * 100)} % from the left, ${Math.round((cross[1] / this.mask.height) * 100)} % from the top${busy}`;
  }

  /* --- what is seen -------------------------------------------------------------------------------- */
  #ring() {
    const at = this.#cross ? this.#onScreen(this.#cross) : this.#at;
    const round = at && (this.tool === "brush" || this.tool === "eraser");
    if (round) {
      this.ring.setAttribute("cx", at[0]);
      this.ring.setAttribute("cy", at[1]);
    }
    this.ring.setAttribute("r", round ? Math.max((this.size / 2) * this.viewport.scale, 2) : 0);
    this.hair.setAttribute("d", this.#cross ? `M${at[0] - 12} ${at[1]}h24M${at[0]} ${at[1] - 12}v24` : "");
  }

  #onScreen([px, py]) {
    const { x, y, scale } = this.viewport;
    return [x + px * scale, y + py * scale];
  }

  #shape() {
    let points = (this.#line ?? []).map((point) => this.#onScreen(point));
    if (this.tool === "rectangle" && points[1]) {
      const [[a, b], [c, d]] = points;
      points = [[a, b], [c, b], [c, d], [a, d]];
    }
    this.shape.setAttribute("d", points.length > 1 ? `M${points.map((p) => p.map((n) => n.toFixed(1)).join(" ")).join("L")}Z` : "");
  }

  draw() {
    super.draw();
    this.#all();
    this.#ring();
    this.#shape();
  }

  #all() {
    this.#spoil(0, 0, this.mask?.width ?? 0, this.mask?.height ?? 0, true);
  }

  /** This part of the mask has to be drawn again with the next frame. */
  #spoil(left, top, right, bottom, everything = false) {
    const old = this.#dirty ?? [Infinity, Infinity, -Infinity, -Infinity, false];
    this.#dirty = [Math.min(old[0], left), Math.min(old[1], top), Math.max(old[2], right), Math.max(old[3], bottom), old[4] || everything];
    this.#frame ||= requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#frame = 0;
    this.#ring();
    if (this.#dirty) this.#spread();
  }

  #spread() {
    const [left, top, right, bottom, everything] = this.#dirty;
    this.#dirty = null;
    const ratio = devicePixelRatio;
    const { clientWidth, clientHeight } = this.box;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (!this.mask || !width) return;
    const fresh = this.canvas.width !== width || this.canvas.height !== height;
    if (fresh) Object.assign(this.canvas, { width, height });
    const { scale, x, y } = this.viewport;
    const whole = fresh || everything;
    const edge = (n, from, most, round) => Math.min(Math.max(round((from + n * scale) * ratio), 0), most);
    const area = whole
      ? [0, 0, width, height]
      : [edge(left, x, width, Math.floor), edge(top, y, height, Math.floor), edge(right, x, width, Math.ceil), edge(bottom, y, height, Math.ceil)];
    if (this.#hidden) return this.pen.clearRect(0, 0, width, height);
    if (area[2] > area[0] && area[3] > area[1]) tint(this.pen, this.mask, this.viewport, area, { color: this.color.value, draws: "draw" in this.dataset });
  }
}

/** The slider goes in even ratios: small sizes need finer steps. */
const sizeAt = (value, most) => LEAST * (most / LEAST) ** (value / 1000);
const sliderAt = (size, most) => Math.round((Math.log(size / LEAST) / Math.log(most / LEAST)) * 1000);

customElements.define("mask-editor", MaskEditor);
