/**
 * <motion-preview>: the picture moves as the renderer will move it, at once, in a frame of the
 * chosen shape, with the camera's way over the whole picture.
 */

import { setFocus } from "./focus-point.js";
import { calm } from "./page.js";
import { matrix, view } from "./path.js";

const REST = 0.7; // seconds on the last frame before it starts again
const [WHITE, DARK] = ["#fff", "#181818"]; // what the renderer lays transparent pictures on
const clamp = (value) => Math.min(Math.max(value, 0), 1);

const form = () => document.getElementById("operation-form");
const value = (name) => new FormData(form()).get(name) ?? "";

/** The place of the picture that moves: the first. */
const source = () => document.querySelector('asset-drop[data-kind="image"]');

/** Width and height of the video: said, or by the shape that was chosen, or those of the picture. */
function shape(source, sketch) {
  const [across, down] = (value("aspect_ratio") || value("ratio")).split(":").map(Number);
  if (down) return [across * 100, down * 100];
  const size = [Number(value("width")), Number(value("height"))];
  return sketch && !size.every(Boolean) ? source : size;
}

/** What the form asks for, as path.js takes it; null while it cannot be shown. Where the model makes
 *  the move (no easing to choose), it is a sketch, or nothing moves at all. */
function asked(source) {
  const sketch = !form().elements.easing;
  const still = sketch && ["", "none"].includes(value("motion"));
  const [x, y] = (value("focus") || "0.5,0.5").split(",").map(Number);
  const output = still ? source : shape(source, sketch);
  const seconds = Number(value("duration") || 5);
  const strength = still ? 1 : Number(value("strength"));
  const fine = [...output, seconds, strength].every((n) => Number.isFinite(n) && n > 0);
  if (!fine || !source[0] || !Number.isFinite(x + y)) return null;
  const words = still
    ? { motion: "zoom", direction: "in", easing: "linear" }
    : { motion: value("motion"), direction: value("direction"), easing: value("easing") || "ease-in-out" };
  return { ...words, strength, source, output, focus: [x, y], seconds, still, sketch };
}

/** The ground that nothing of a transparent picture disappears on, as studio/engine/picture.py has it. */
function ground(picture) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0, 64, 64);
  const { data } = context.getImageData(0, 0, 64, 64);
  let [light, seen] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    light += ((0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2]) * data[i + 3]) / 255;
    seen += data[i + 3];
  }
  return seen > 0 && light > 0.85 * seen ? DARK : WHITE;
}

/** Video has even sides. */
const even = (side) => 2 * Math.ceil(side / 2);

/** The facts of the video under the preview. */
function facts({ output, seconds, sketch }) {
  const size = sketch ? [value("resolution"), value("aspect_ratio")] : [`${even(output[0])} × ${even(output[1])}`];
  return [...size, `${seconds} s`].filter((part) => part && part !== "auto").join(" · ");
}

class MotionPreview extends HTMLElement {
  #asset = null;
  #asked = null;
  #at = 0; // seconds
  #playing = !calm.matches;
  #last = 0;

  connectedCallback() {
    this.frame = this.querySelector(".frame");
    this.box = this.querySelector(".frame-box");
    this.picture = this.querySelector("img");
    this.scrubber = this.querySelector('[type="range"]');
    this.button = this.querySelector('[data-do="play"]');
    this.facts = this.querySelector('[data-part="facts"]');
    this.button.addEventListener("click", () => this.play(!this.#playing));
    this.scrubber.addEventListener("input", () => this.#scrub());
    this.frame.addEventListener("click", (event) => this.#focus(event));
    this.picture.addEventListener("load", () => {
      this.picture.style.setProperty("background", ground(this.picture));
      this.refresh();
    });
    new ResizeObserver(() => this.#draw()).observe(this.box);
    document.addEventListener("asset", (event) => {
      if (event.target === source()) this.show(event.detail);
    });
    document.addEventListener("input", (event) => event.target.form === form() && this.refresh());
    document.addEventListener("settled", () => this.refresh());
    document.addEventListener("keydown", (event) => this.#key(event));
    this.play(this.#playing);
    // The source may have come before this script.
    this.show(source()?.asset ?? null);
    requestAnimationFrame((now) => this.#tick(now));
  }

  show(asset) {
    this.#asset = asset;
    this.hidden = !asset;
    for (const element of document.querySelectorAll("[data-when-empty]")) element.hidden = Boolean(asset);
    if (asset && this.picture.getAttribute("src") !== asset.poster) this.picture.src = asset.poster;
    this.refresh();
  }

  /** Read the form again. */
  refresh() {
    const before = JSON.stringify(this.#asked);
    this.#asked = this.#asset && asked([this.#asset.width, this.#asset.height]);
    if (!this.#asked) return;
    if (before !== JSON.stringify(this.#asked) && this.#playing) this.#at = 0;
    const [width, height] = this.#asked.output;
    this.box.style.setProperty("--ratio", String(width / height));
    this.facts.textContent = facts(this.#asked);
    this.toggleAttribute("data-still", this.#asked.still);
    const sketch = this.querySelector('[data-part="sketch"]');
    if (sketch) sketch.hidden = this.#asked.still;
    this.#draw();
  }

  play(on) {
    this.#playing = on;
    this.button.setAttribute("aria-label", on ? "Pause the preview" : "Play the preview");
    this.button.setAttribute("aria-pressed", String(on));
  }

  #tick(now) {
    const passed = Math.min((now - this.#last) / 1000, 0.1);
    this.#last = now;
    if (this.#playing && this.#asked && !this.#asked.still && !document.hidden) {
      this.#at = (this.#at + passed) % (this.#asked.seconds + REST);
      this.#draw();
    }
    requestAnimationFrame((later) => this.#tick(later));
  }

  #scrub() {
    this.play(false);
    if (this.#asked) this.#at = (Number(this.scrubber.value) / 1000) * this.#asked.seconds;
    this.#draw();
  }

  #view(t) {
    try {
      return view({ ...this.#asked, t });
    } catch {
      // The direction of the former motion; the form is about to correct it.
      return null;
    }
  }

  #draw() {
    if (!this.#asked || !this.picture.naturalWidth) return;
    const t = this.#asked.still ? 0 : clamp(this.#at / this.#asked.seconds);
    const at = this.#view(t);
    if (!at) return;
    const { source, output } = this.#asked;
    const screen = this.frame.clientWidth / output[0];
    // The poster is smaller than the picture that its lengths speak of, by whole pixels each way.
    const across = source[0] / this.picture.naturalWidth;
    const down = source[1] / this.picture.naturalHeight;
    const [a, b, c, d, e, f] = matrix(at, output);
    const m = [a * across, b * across, c * down, d * down, e, f].map((n) => n * screen);
    this.picture.style.setProperty("transform", `matrix(${m.join()})`);
    this.scrubber.value = t * 1000;
    this.scrubber.style.setProperty("--at", `${t * 100}%`);
    this.#tellWay(at);
  }

  #tellWay(at) {
    const { source, output, focus } = this.#asked;
    const ways = [this.#view(0), this.#view(1), at].map((v) => corners(v, output));
    document.querySelector("focus-point")?.draw(source, ways, focus);
  }

  /** A click in the frame looks through the camera back onto the picture. */
  #focus(event) {
    if (!this.#asked || !form().querySelector("[data-point]")) return;
    const at = this.#view(clamp(this.#at / this.#asked.seconds));
    const { source, output } = this.#asked;
    const box = this.frame.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width - 0.5) * output[0] * at.scale;
    const y = ((event.clientY - box.top) / box.height - 0.5) * output[1] * at.scale;
    const [cos, sin] = [Math.cos(at.angle), Math.sin(at.angle)];
    setFocus((at.cx + cos * x - sin * y) / source[0], (at.cy + sin * x + cos * y) / source[1]);
  }

  #key(event) {
    const free = event.target === document.body || event.target.id === "main";
    if (event.key !== " " || !free || this.hidden) return;
    event.preventDefault();
    this.play(!this.#playing);
  }
}

/** The corners of the camera's window on the picture. */
function corners({ cx, cy, scale, angle }, [width, height]) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [w, h] = [(width * scale) / 2, (height * scale) / 2];
  return [[-w, -h], [w, -h], [w, h], [-w, h]].map(([x, y]) => [cx + cos * x - sin * y, cy + sin * x + cos * y]);
}

customElements.define("motion-preview", MotionPreview);
