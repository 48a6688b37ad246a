/**
 * <story-animatic ratio="16:9">: plays a story at once, in the page, from its stills and takes.
 *
 * What it plays is JSON, in a <script type="application/json"> inside, or in its property `data`:
 *   cuts: [{id, kind: "picture" | "video" | "black", src, seconds, start, from, label, text,
 *           motion: {type, direction, strength, easing}, focus: [x, y]}]
 *     start: when it begins; else it follows the one before. from: where a video begins in its file.
 *   audio: address of the track; transition: {kind: "cut" | "crossfade" | "black", seconds}; ratio
 *
 * Pictures move along the path of the renderer. The track is the clock where there is one.
 * Tells "cutchange" with {id, index, cut}. play(), pause(), seek(id), step(by), time.
 */

import { MARKUP, clamp, clock, icon, laid, make, ratioOf } from "./animatic-parts.js";
import { calm } from "./page.js";
import { DIRECTIONS, matrix, view } from "./path.js";

const AHEAD = 2; // cuts whose media are loaded before they are seen
const APART = 0.12; // seconds by which sound or film may be off before it is set right
const SHOWN = 0.06; // of the width: a shot that is narrower has no words under the bar

const KEYS = { " ": "toggle", ArrowLeft: "back", ArrowRight: "next", m: "mute", l: "loop", c: "captions", f: "full" };

class StoryAnimatic extends HTMLElement {
  #given = null;
  #cuts = [];
  #layers = new Map();
  #at = 0;
  #shot = null;
  #playing = false;
  #last = 0;
  #tick = 0;
  #audio = null;
  #muted = false;
  #loop = false;
  #change = { kind: "cut", seconds: 0 };

  connectedCallback() {
    if (!this.screen) this.#build();
    this.watch = new ResizeObserver(() => this.#draw());
    this.watch.observe(this.screen);
    const written = this.querySelector('script[type="application/json"]');
    if (this.#given) this.data = this.#given;
    else if (written) this.#read(written);
  }

  disconnectedCallback() {
    this.pause();
    this.watch.disconnect();
    this.#audio?.removeAttribute("src");
    this.#audio = null;
    this.#drop(() => true);
  }

  #build() {
    const box = make("div", { className: "animatic", innerHTML: MARKUP });
    this.append(box);
    const part = (selector) => box.querySelector(selector);
    [this.screen, this.stack, this.words] = [part(".screen"), part(".layers"), part(".words")];
    [this.bar, this.shots, this.clockface] = [part("input"), part(".shots"), part(".number")];
    [this.label, this.told] = [part(".now"), part("[role=status]")];
    for (const button of box.querySelectorAll("button")) button.append(icon(button.dataset.do));
    box.addEventListener("click", ({ target }) => this.#do(target.closest("[data-do]")?.dataset.do));
    this.screen.addEventListener("click", () => this.toggle());
    this.shots.addEventListener("click", ({ target }) => this.seek(target.closest("li")?.dataset.id));
    this.bar.addEventListener("input", () => (this.time = Number(this.bar.value)));
    box.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("fullscreenchange", () => this.#press("full", document.fullscreenElement === box));
    this.box = box;
  }

  #read(script) {
    try {
      this.data = JSON.parse(script.textContent);
    } catch {
      this.data = { cuts: [] };
      this.#say("The story cannot be read.");
    }
  }

  /** What is played; the shot that was seen stays in sight if it is still there. */
  set data(data) {
    const seen = this.#shot?.id;
    this.#given = data;
    if (!this.screen) this.#build();
    this.pause();
    this.#drop(() => true);
    this.#cuts = laid(data?.cuts);
    this.#change = { kind: "cut", ...data?.transition };
    this.#shot = null;
    const ratio = ratioOf(data?.ratio ?? this.getAttribute("ratio"));
    this.output = [ratio * 1000, 1000];
    this.screen.style.setProperty("--ratio", String(ratio));
    this.screen.setAttribute("aria-label", `Animatic, ${this.#cuts.length} shots, ${clock(this.seconds)}`);
    this.bar.max = this.seconds;
    this.#track(data?.audio);
    this.#line();
    for (const button of this.box.querySelectorAll("button, input")) button.disabled = !this.#cuts.length;
    this.time = this.#cuts.find((cut) => cut.id === seen)?.start ?? 0;
  }

  get cuts() {
    return this.#cuts;
  }

  get seconds() {
    return Math.max(0, ...this.#cuts.map((cut) => cut.end));
  }

  get playing() {
    return this.#playing;
  }

  get time() {
    return this.#at;
  }

  set time(seconds) {
    this.#at = clamp(seconds, 0, this.seconds);
    if (this.#audio) this.#audio.currentTime = this.#at;
    this.#draw();
  }

  /* --- playing ------------------------------------------------------------------------------------- */
  play() {
    if (this.#playing || !this.#cuts.length) return;
    if (this.#at >= this.seconds - 0.01) this.time = 0;
    this.#playing = true;
    this.#last = performance.now();
    this.#sound();
    this.#tick = requestAnimationFrame((now) => this.#move(now));
    this.#tell();
  }

  pause() {
    this.#playing = false;
    cancelAnimationFrame(this.#tick);
    this.#audio?.pause();
    for (const { film } of this.#layers.values()) film?.pause();
    this.#tell();
  }

  toggle() {
    return this.#playing ? this.pause() : this.play();
  }

  /** To the beginning of the shot of that name. */
  seek(id) {
    const cut = this.#cuts.find((c) => c.id === String(id));
    if (cut) this.time = cut.start;
  }

  /** So many shots on; back goes to the beginning of this one first, unless it has just begun. */
  step(by) {
    const index = this.#shot?.index ?? 0;
    const begun = by < 0 && this.#at - (this.#shot?.start ?? 0) > 1 ? 1 : 0;
    const to = this.#cuts[clamp(index + by + begun, 0, this.#cuts.length - 1)];
    if (to) this.time = to.start;
  }

  #move(now) {
    if (!this.#playing) return;
    // A frame may be dated before the press that began it.
    const passed = clamp((now - this.#last) / 1000, 0, 0.25);
    this.#last = now;
    this.#at = this.#now(passed);
    if (this.#at >= this.seconds) {
      if (this.#loop) {
        this.time = 0;
        this.#sound();
      } else {
        this.pause();
        this.#at = this.seconds;
      }
    }
    this.#draw();
    if (this.#playing) this.#tick = requestAnimationFrame((later) => this.#move(later));
  }

  /** The track's time; its coarse steps are smoothed. Where it waits for the network, so do we. */
  #now(passed) {
    const track = this.#audio;
    if (!track || track.paused || track.ended || track.error) return this.#at + passed;
    if (track.readyState < 3 || track.seeking) return this.#at;
    const off = track.currentTime - (this.#at + passed);
    return Math.abs(off) > APART ? track.currentTime : this.#at + passed + off * 0.1;
  }

  #track(address) {
    this.#audio?.pause();
    this.#audio = address ? make("audio", { src: address, preload: "auto", muted: this.#muted }) : null;
    this.#audio?.addEventListener("error", () => {
      this.#audio = null;
      this.#say("The track cannot be played; the pictures go on without it.");
    });
  }

  #sound() {
    const track = this.#audio;
    if (!track) return;
    if (Math.abs(track.currentTime - this.#at) > APART) track.currentTime = this.#at;
    if (!(track.duration <= this.#at)) track.play().catch(() => {});
  }

  /* --- drawing ------------------------------------------------------------------------------------- */
  #draw() {
    const at = this.#at;
    const last = this.#cuts.at(-1);
    const cut = this.#cuts.findLast((c) => c.start <= at && at < c.end) ?? (last && at >= last.end ? last : null);
    if (cut !== this.#shot) this.#changed(cut);
    const shown = new Map();
    if (cut) this.#fade(cut, at, shown);
    for (const [key, layer] of this.#layers) {
      layer.element.style.setProperty("opacity", String(shown.get(key) ?? 0));
      this.#film(layer, shown.has(key) && layer.cut === cut);
      if (shown.has(key)) this.#place(layer);
    }
    this.bar.value = at;
    this.bar.style.setProperty("--at", `${(at / (this.seconds || 1)) * 100}%`);
    this.bar.setAttribute("aria-valuetext", `${clock(at)} of ${clock(this.seconds)}, ${this.#named(cut)}`);
    this.clockface.textContent = `${clock(at)} / ${clock(this.seconds)}`;
  }

  /** How much is seen of this cut, and below it of the one before. */
  #fade(cut, at, shown) {
    const before = this.#cuts[cut.index - 1];
    const long = Math.min(Number(this.#change.seconds) || 0, cut.seconds, before?.seconds ?? 0);
    const done = long > 0 ? clamp((at - cut.start) / long, 0, 1) : 1;
    if (this.#change.kind === "cut" || done === 1 || !before || before.end < cut.start - 0.01) return shown.set(cut.index, 1);
    if (this.#change.kind === "black") return shown.set(done < 0.5 ? before.index : cut.index, Math.abs(1 - 2 * done));
    return shown.set(before.index, 1).set(cut.index, done);
  }

  #changed(cut) {
    this.#shot = cut;
    const near = (index) => cut && index >= cut.index - 1 && index <= cut.index + AHEAD;
    this.#drop((index) => !near(index));
    for (const c of this.#cuts) if (near(c.index) && !this.#layers.has(c.index)) this.#layer(c);
    this.words.textContent = cut?.text ?? "";
    this.words.hidden = !cut?.text || this.#pressed("captions") === "false";
    this.label.textContent = cut ? cut.label || this.#named(cut) : "";
    for (const [index, mark] of [...this.shots.children].entries()) mark.toggleAttribute("data-now", index === cut?.index);
    // While it plays, a voice that reads every shot out would never end.
    if (!this.#playing) this.#say(cut ? `${this.#named(cut)}. ${cut.text ?? ""}` : "");
    if (cut) this.dispatchEvent(new CustomEvent("cutchange", { bubbles: true, detail: { id: cut.id, index: cut.index, cut } }));
  }

  #named(cut) {
    if (!cut) return "black";
    return `Shot ${cut.index + 1} of ${this.#cuts.length}${cut.label ? `: ${cut.label}` : ""}`;
  }

  /** Its element, on top of those before it. */
  #layer(cut) {
    const element = make("div", { className: "layer" });
    element.style.setProperty("z-index", String(cut.index));
    const layer = { cut, element };
    const missing = () => {
      layer.film = layer.picture = null;
      element.replaceChildren(make("span", { textContent: cut.label || this.#named(cut) }));
    };
    if (cut.kind === "black") layer.picture = null;
    else if (!cut.src) missing();
    else if (cut.kind === "video") {
      layer.film = make("video", { src: cut.src, preload: "auto", playsInline: true, muted: true, onerror: missing });
      layer.film.currentTime = Number(cut.from) || 0;
      element.append(layer.film);
    } else {
      layer.picture = make("img", { src: cut.src, alt: "", draggable: false, decoding: "async", onerror: missing });
      layer.picture.onload = () => this.#place(layer);
      element.append(layer.picture);
    }
    this.#layers.set(cut.index, layer);
    this.stack.append(element);
  }

  #drop(gone) {
    for (const [index, layer] of this.#layers) {
      if (!gone(index)) continue;
      layer.film?.pause();
      layer.film?.removeAttribute("src");
      layer.element.remove();
      this.#layers.delete(index);
    }
  }

  /** A picture where the renderer's camera would have it; at rest it fills the frame. */
  #place({ picture, cut }) {
    if (!picture?.naturalWidth) return;
    const { type, direction, strength = 50, easing = "ease-in-out" } = cut.motion ?? {};
    const moves = !calm.matches && type in DIRECTIONS;
    picture.toggleAttribute("data-moves", moves);
    if (!moves) return picture.style.removeProperty("transform");
    const source = [picture.naturalWidth, picture.naturalHeight];
    const way = DIRECTIONS[type].includes(direction) ? direction : DIRECTIONS[type][0];
    const t = clamp((this.#at - cut.start) / cut.seconds, 0, 1);
    const at = view({ motion: type, direction: way, strength, easing, source, output: this.output, focus: cut.focus ?? [0.5, 0.5], t });
    const screen = this.screen.clientWidth / this.output[0];
    const numbers = matrix(at, this.output).map((n) => n * screen);
    picture.style.setProperty("transform", `matrix(${numbers.join()})`);
  }

  #film({ film, cut }, current) {
    if (!film) return;
    const plays = current && this.#playing && this.#at < cut.end;
    const at = (Number(cut.from) || 0) + clamp(this.#at - cut.start, 0, cut.seconds);
    const over = film.duration <= at;
    film.muted = this.#muted || Boolean(this.#audio);
    // Without the server's help nothing can be looked up in a film.
    if (film.seekable.length && !film.seeking && !over && Math.abs(film.currentTime - at) > (plays ? APART : 0.02)) film.currentTime = at;
    if (plays && film.paused && !over) film.play().catch(() => {});
    else if (!plays && !film.paused) film.pause();
  }

  /** The marks of the shots under the bar. */
  #line() {
    const whole = this.seconds || 1;
    const marks = this.#cuts.map((cut) => {
      const wide = cut.seconds / whole;
      const name = cut.label || String(cut.index + 1);
      const mark = make("li", { title: `${clock(cut.start)} ${name}`, textContent: wide >= SHOWN ? name : "" });
      mark.dataset.id = cut.id;
      mark.style.setProperty("inset-inline-start", `${(cut.start / whole) * 100}%`);
      mark.style.setProperty("inline-size", `${wide * 100}%`);
      return mark;
    });
    this.shots.replaceChildren(...marks);
  }

  /* --- keys and buttons ---------------------------------------------------------------------------- */
  #do(name) {
    if (name === "toggle") this.toggle();
    else if (name === "back") this.step(-1);
    else if (name === "next") this.step(1);
    else if (name === "mute") this.#mute();
    else if (name === "loop") this.#press("loop", (this.#loop = !this.#loop));
    else if (name === "captions") {
      this.#press("captions", this.#pressed("captions") === "false");
      this.words.hidden = !this.#shot?.text || this.#pressed("captions") === "false";
    } else if (name === "full") this.#full();
  }

  #mute() {
    this.#muted = !this.#muted;
    if (this.#audio) this.#audio.muted = this.#muted;
    this.#press("mute", this.#muted);
    this.#button("mute").replaceChildren(icon(this.#muted ? "muted" : "mute"));
    this.#draw();
  }

  #full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.box.requestFullscreen?.().catch(() => this.#say("This browser does not show it full screen."));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const name = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
    // A button does on space what it is for.
    if (!name || !this.#cuts.length || (event.key === " " && event.target.matches("button"))) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || name === "back" || name === "next") this.#do(name);
  }

  #button(name) {
    return this.box.querySelector(`[data-do="${name}"]`);
  }

  #pressed(name) {
    return this.#button(name).getAttribute("aria-pressed");
  }

  #press(name, on) {
    this.#button(name).setAttribute("aria-pressed", String(on));
  }

  #tell() {
    if (!this.screen) return;
    const button = this.#button("toggle");
    button.setAttribute("aria-label", this.#playing ? "Pause" : "Play");
    button.replaceChildren(icon(this.#playing ? "pause" : "toggle"));
    this.toggleAttribute("data-playing", this.#playing);
  }

  #say(words) {
    this.told.textContent = words;
  }
}
customElements.define("story-animatic", StoryAnimatic);
