/**
 * <film-stage>: plays the video that is worked on, sets where its part begins and ends, and shows
 * what came of it beside it.
 */

import { isTyping } from "./page.js";

const form = () => document.getElementById("operation-form");
const field = (name) => form().elements[name];
const drops = () => [...document.querySelectorAll('asset-drop[data-kind="video"]')];
const results = () => [...document.querySelectorAll("#results > [data-job-card]")];
const made = (card) => card.querySelector(".job-media :is(video, img:not(.waiting))");
const exact = (seconds) => String(Math.round(seconds * 1000) / 1000);

/** Minutes, seconds and thousandths: 1:02.345. */
function clock(seconds) {
  const [whole, parts] = seconds.toFixed(3).split(".");
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}.${parts}`;
}

class FilmStage extends HTMLElement {
  #asset = null;
  #at = 0; // seconds: when the frame that is seen begins
  #known = new Set();

  connectedCallback() {
    this.video = this.querySelector("video");
    this.poster = this.querySelector("figure img");
    this.scrubber = this.querySelector('[type="range"]');
    this.button = this.querySelector('[data-do="play"]');
    for (const card of results()) if (made(card)) this.#known.add(card.id);
    this.addEventListener("click", (event) => this[event.target.closest("[data-do]")?.dataset.do]?.());
    this.video.addEventListener("click", () => this.play());
    this.scrubber.addEventListener("input", () => this.seek(Number(this.scrubber.value)));
    for (const name of ["play", "pause"]) this.video.addEventListener(name, () => this.#told());
    this.video.addEventListener("loadedmetadata", () => this.#tell());
    this.video.addEventListener("error", () => this.#still(true));
    this.#follow();
    document.addEventListener("asset", ({ target }) => drops().includes(target) && this.take(target));
    document.addEventListener("input", ({ target }) => target.form === form() && this.#tell());
    document.addEventListener("settled", () => (this.#spare(), this.#tell()));
    document.body.addEventListener("htmx:afterSettle", () => this.#news());
    // Before the page's own letters: here I marks.
    document.addEventListener("keydown", (event) => this.#key(event), true);
    const full = drops().find((drop) => drop.asset);
    if (full) this.take(full);
    this.#spare();
  }

  /** The video of that place is on the stage; another one when it was taken away. */
  take(drop) {
    const asset = drop.asset ?? drops().find((d) => d.asset)?.asset ?? null;
    this.hidden = !asset;
    for (const element of document.querySelectorAll("[data-when-empty]")) element.hidden = Boolean(asset);
    if (asset?.id === this.#asset?.id) return;
    this.#asset = asset;
    this.#at = 0;
    if (!asset) return this.video.removeAttribute("src");
    this.#still(false);
    this.poster.src = asset.poster;
    this.video.poster = asset.poster;
    this.video.src = asset.poster.replace(/poster\/$/, "original/");
    this.querySelector('[data-part="name"]').textContent = `${asset.title} · ${asset.width} × ${asset.height}`;
    this.#tell();
  }

  /** A GIF, or a film that this browser cannot play: its picture stands for it. */
  #still(on) {
    this.video.hidden = on;
    this.poster.hidden = !on;
  }

  get #long() {
    return this.video.duration || this.#asset?.duration || 0;
  }

  get #frame() {
    return 1 / (this.#asset?.fps || 30);
  }

  /* --- playing ------------------------------------------------------------------------------------- */
  play() {
    if (!this.video.paused) return this.video.pause();
    const [start, end] = this.#part();
    if (this.#at < start - 0.001 || this.#at >= end - this.#frame) this.seek(start);
    this.video.play().catch(() => this.#told());
  }

  seek(seconds) {
    this.video.currentTime = Math.min(Math.max(seconds, 0), this.#long);
  }

  /** Into the middle of the frame, so that no rounding shows its neighbor. */
  step(frames) {
    this.video.pause();
    this.seek(this.#at + (frames + 0.5) * this.#frame);
  }

  /** The browser says exactly which frame it shows. */
  #follow() {
    this.video.requestVideoFrameCallback?.((now, { mediaTime }) => {
      this.#at = mediaTime;
      const end = this.#part()[1];
      if (!this.video.paused && mediaTime >= end - this.#frame * 0.5) this.video.pause();
      this.#tell();
      this.#follow();
    });
  }

  #told() {
    const on = !this.video.paused;
    this.button.setAttribute("aria-label", on ? "Pause" : "Play");
    this.button.setAttribute("aria-pressed", String(on));
  }

  /* --- marks --------------------------------------------------------------------------------------- */
  #part() {
    const end = field("end")?.value;
    return [Number(field("start")?.value || 0), end ? Number(end) : this.#long];
  }

  #mark(name, seconds) {
    field(name).value = exact(seconds);
    field(name).dispatchEvent(new Event("input", { bubbles: true }));
  }

  in() {
    if (field("at")?.disabled) form().querySelector('[name="which"][value="at"]').click();
    this.#mark(field("start") ? "start" : "at", this.#at);
  }

  out() {
    if (field("end")) this.#mark("end", Math.min(this.#at + this.#frame, this.#long));
  }

  /** Say where it is and what is kept. */
  #tell() {
    const [start, end] = this.#part();
    const long = this.#long || 1;
    this.scrubber.max = long;
    this.scrubber.value = this.#at;
    this.scrubber.style.setProperty("--at", `${(this.#at / long) * 100}%`);
    const kept = this.querySelector('[data-part="kept"]');
    kept.setAttribute("x", `${(start / long) * 100}%`);
    kept.setAttribute("width", `${(Math.max(0, end - start) / long) * 100}%`);
    const out = this.querySelector('[data-do="out"]');
    if (out) out.hidden = !field("end");
    this.querySelector('[data-part="time"]').textContent = `${clock(this.#at)} / ${clock(this.#long)}`;
  }

  #key(event) {
    if (this.hidden || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const marks = { i: "in", o: "out" }[event.key.toLowerCase()];
    const free = !event.target.closest("button, a, input, summary, video[controls]");
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (marks && "marks" in this.dataset) this[marks]();
    else if (free && event.key === " ") this.play();
    else if (free && step) this.step(step * (event.shiftKey ? 10 : 1));
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /* --- several clips, results ---------------------------------------------------------------------- */
  /** Of many places only the next empty one is shown. */
  #spare() {
    const all = drops();
    const last = all.findLastIndex((drop) => drop.asset || drop.dataset.state === "busy");
    for (const [at, drop] of all.entries()) drop.closest(".field").hidden = at > Math.max(last + 1, 1);
  }

  #news() {
    const fresh = results().find((card) => made(card) && !this.#known.has(card.id));
    if (!fresh) return;
    this.#known.add(fresh.id);
    const file = fresh.querySelector("a[download]")?.getAttribute("href");
    if (!file) return;
    const src = file.replace(/\?.*/, "");
    const kind = this.dataset.makes === "video" && made(fresh).matches("img") ? "image" : this.dataset.makes;
    const shown = document.createElement({ video: "video", audio: "audio", image: "img" }[kind]);
    Object.assign(shown, { src, controls: true, loop: true, alt: "The result" });
    this.querySelector('[data-part="made"]').replaceChildren(shown);
    this.querySelector('[data-part="result"]').hidden = false;
    const next = this.querySelector("[data-next]");
    if (next) next.href = next.dataset.next + src.split("/").at(-3);
  }
}
customElements.define("film-stage", FilmStage);
