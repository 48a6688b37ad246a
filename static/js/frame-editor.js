/**
 * <frame-editor>: a picture inside a larger frame whose edges are dragged outwards. The four fields
 * left, right, up and down of the form follow, and are followed.
 */

import { drawing, PictureCanvas } from "./picture-canvas.js";

const SIDES = ["left", "right", "up", "down"];
const GRIPS = { left: ["left"], right: ["right"], up: ["up"], down: ["down"], "left up": ["left", "up"], "right up": ["right", "up"], "left down": ["left", "down"], "right down": ["right", "down"] };
const KEYS = {
  ArrowLeft: { left: 1, right: -1 },
  ArrowRight: { left: -1, right: 1 },
  ArrowUp: { up: 1, down: -1 },
  ArrowDown: { up: -1, down: 1 },
};
/** Room around the frame in which its edges can be dragged, as a share of its size. */
const ROOM = 0.14;

const form = () => document.getElementById("operation-form");

class FrameEditor extends PictureCanvas {
  #grips = new Map();
  #drag = null;
  #room = [0, 0];

  ready() {
    this.ground = drawing("path", { class: "frame-ground" });
    this.line = drawing("rect", { class: "frame-line" });
    this.over.append(this.ground, this.line);
    for (const [name, sides] of Object.entries(GRIPS)) this.#grip(name, sides);
    document.addEventListener("input", (event) => event.target.form === form() && SIDES.includes(event.target.name) && this.#read());
    document.addEventListener("settled", () => this.#read());
  }

  #grip(name, sides) {
    const grip = Object.assign(document.createElement("button"), { type: "button", className: `grip ${sides.length > 1 ? "corner" : name}` });
    grip.dataset.grip = name;
    grip.addEventListener("pointerdown", (event) => this.#take(event, sides));
    grip.addEventListener("pointermove", (event) => this.#drag && grip.hasPointerCapture(event.pointerId) && this.#pull(event));
    for (const end of ["pointerup", "pointercancel"]) grip.addEventListener(end, () => this.#drop());
    grip.addEventListener("keydown", (event) => this.#step(event, sides));
    this.box.append(grip);
    this.#grips.set(name, grip);
  }

  #field(side) {
    return form()?.elements[side];
  }

  get sides() {
    return Object.fromEntries(SIDES.map((side) => [side, Math.max(0, Number(this.#field(side)?.value) || 0)]));
  }

  #set(side, value) {
    const field = this.#field(side);
    if (!field) return;
    const next = Math.min(Math.max(Math.round(value), 0), Number(field.max) || 2000);
    if (Number(field.value) === next) return;
    field.value = next;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #read() {
    if (!this.asset) return;
    if (this.#drag) this.draw();
    else this.measure();
  }

  measure() {
    const { left, right, up, down } = this.sides;
    const { width, height } = this.asset;
    const across = width + left + right;
    const high = height + up + down;
    this.#room = [across * ROOM, high * ROOM];
    this.viewport.show(across + 2 * this.#room[0], high + 2 * this.#room[1]);
  }

  /** The picture lies where it lay while an edge is dragged: only the frame moves. */
  #origin() {
    const { left, up } = this.#drag?.sides ?? this.sides;
    return [this.#room[0] + left, this.#room[1] + up];
  }

  draw() {
    super.draw();
    if (!this.asset) return;
    const { scale, x, y } = this.viewport;
    const [ox, oy] = this.#origin();
    this.place(this.picture, x + ox * scale, y + oy * scale, scale);
    const { left, right, up, down } = this.sides;
    const { width, height } = this.asset;
    const box = [x + (ox - left) * scale, y + (oy - up) * scale, (width + left + right) * scale, (height + up + down) * scale];
    for (const [i, name] of ["x", "y", "width", "height"].entries()) this.line.setAttribute(name, box[i]);
    const inner = [x + ox * scale, y + oy * scale, width * scale, height * scale];
    const path = ([a, b, w, h]) => `M${a} ${b}h${w}v${h}h${-w}Z`;
    this.ground.setAttribute("d", path(box) + path(inner));
    this.#places(box);
    const words = this.querySelector('[data-part="frame"]');
    if (words) words.textContent = left + right + up + down ? `${width} × ${height} → ${width + left + right} × ${height + up + down}` : "Drag an edge outwards";
  }

  #places([x, y, width, height]) {
    const { sides } = this;
    for (const [name, grip] of this.#grips) {
      const at = GRIPS[name];
      const px = at.includes("left") ? x : at.includes("right") ? x + width : x + width / 2;
      const py = at.includes("up") ? y : at.includes("down") ? y + height : y + height / 2;
      grip.style.setProperty("--x", `${px}px`);
      grip.style.setProperty("--y", `${py}px`);
      const said = at.map((side) => `${side} ${sides[side]} px`).join(", ");
      grip.setAttribute("aria-label", `${at.length > 1 ? "Corner" : "Edge"}: ${said}. Arrow keys move it.`);
      grip.title = said;
    }
  }

  #take(event, sides) {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    event.currentTarget.focus({ preventScroll: true });
    this.#drag = { at: [event.clientX, event.clientY], from: sides, sides: this.sides };
  }

  #pull(event) {
    const { at, from, sides } = this.#drag;
    const dx = (event.clientX - at[0]) / this.viewport.scale;
    const dy = (event.clientY - at[1]) / this.viewport.scale;
    const way = { left: -dx, right: dx, up: -dy, down: dy };
    for (const side of from) this.#set(side, sides[side] + way[side]);
    this.draw();
  }

  #drop() {
    if (!this.#drag) return;
    this.#drag = null;
    this.measure();
  }

  #step(event, sides) {
    const ways = KEYS[event.key];
    const side = ways && sides.find((s) => s in ways);
    if (!side) return;
    event.preventDefault();
    this.#set(side, this.sides[side] + ways[side] * (event.shiftKey ? 64 : 8));
  }
}
customElements.define("frame-editor", FrameEditor);

/* --- a window on the picture ------------------------------------------------------------------------ */
const STEP = 0.02;
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

/** <crop-view>: what a crop to the asked shape keeps of the picture, and the spot it is about. */
class CropView extends PictureCanvas {
  ready() {
    this.shade = drawing("path", { class: "crop-shade" });
    this.line = drawing("rect", { class: "frame-line" });
    this.over.append(this.shade, this.line);
    this.handle = Object.assign(document.createElement("button"), { type: "button", className: "focus-handle" });
    this.handle.addEventListener("keydown", (event) => this.#step(event));
    this.box.append(this.handle);
    document.addEventListener("input", (event) => event.target.form === form() && this.draw());
    document.addEventListener("settled", () => this.draw());
  }

  get #field() {
    return form()?.querySelector("[data-point]");
  }

  /** Whether a spot can be chosen at the moment. */
  get #open() {
    return Boolean(this.#field && !this.#field.disabled && (this.#window || !form().elements.width));
  }

  get #point() {
    const said = (this.#field?.value ?? "").split(",").map(Number);
    return said.length === 2 && said.every(Number.isFinite) ? said : null;
  }

  #say(x, y) {
    const field = this.#field;
    const clamp = (n) => Math.min(Math.max(n, 0), 1).toFixed(3);
    field.value = `${clamp(x)},${clamp(y)}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** The part that stays, in pixels of the picture; null where nothing is cut off. */
  get #window() {
    const { width, height } = this.asset;
    const values = new FormData(form());
    const [w, h] = [Number(values.get("width")), Number(values.get("height"))];
    if (values.get("mode") !== "crop" || !(w > 0 && h > 0)) return null;
    const scale = Math.min(width / w, height / h);
    const size = [w * scale, h * scale];
    const [x, y] = this.#point ?? [0.5, 0.5];
    const at = (share, whole, part) => Math.min(Math.max(share * whole - part / 2, 0), whole - part);
    return [at(x, width, size[0]), at(y, height, size[1]), ...size];
  }

  draw() {
    super.draw();
    if (!this.asset || !form()) return;
    const { scale, x, y } = this.viewport;
    const crop = this.#window;
    const box = (crop ?? [0, 0, this.asset.width, this.asset.height]).map((n, i) => n * scale + [x, y, 0, 0][i]);
    const whole = [x, y, this.asset.width * scale, this.asset.height * scale];
    const path = ([a, b, w, h]) => `M${a} ${b}h${w}v${h}h${-w}Z`;
    this.shade.setAttribute("d", path(whole) + path(box));
    for (const [i, name] of ["x", "y", "width", "height"].entries()) this.line.setAttribute(name, box[i]);
    this.line.toggleAttribute("data-open", !this.#point);
    this.line.setAttribute("visibility", form().elements.width ? "visible" : "hidden");
    const point = this.#point ?? [0.5, 0.5];
    this.handle.hidden = !this.#open;
    this.handle.toggleAttribute("data-open", !this.#point);
    this.handle.style.setProperty("--x", `${x + point[0] * this.asset.width * scale}px`);
    this.handle.style.setProperty("--y", `${y + point[1] * this.asset.height * scale}px`);
    const said = point.map((n) => `${Math.round(n * 100)} %`);
    const label = this.#field?.closest(".field").querySelector(".label").textContent ?? "";
    this.handle.setAttribute("aria-label", this.#point ? `${label}, ${said[0]} from the left, ${said[1]} from the top` : `${label}: automatic. Arrow keys set one.`);
    const words = this.querySelector('[data-part="frame"]');
    if (!words) return;
    if (!form().elements.width) words.textContent = this.#open ? `${label}: click the picture, or drag` : "";
    else words.textContent = !crop ? "Nothing is cut off" : this.#point ? "Cut around the point" : "Roughly: faces and what stands out decide. Click to choose a point yourself.";
  }

  down(event) {
    if (super.down(event)) return true;
    if (!this.#open) return false;
    this.handle.focus({ preventScroll: true });
    this.#to(event);
    return true;
  }

  move(event, held) {
    super.move(event, held);
    if (held && !this.box.hasAttribute("data-picking") && this.#open) this.#to(event);
  }

  #to(event) {
    const [x, y] = this.viewport.inPicture(event);
    this.#say(x / this.asset.width, y / this.asset.height);
  }

  #step(event) {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const [x, y] = this.#point ?? [0.5, 0.5];
    this.#say(x + move[0], y + move[1]);
  }
}
customElements.define("crop-view", CropView);
