/**
 * <voice-trim data-from data-to>: the sound of an audio field as a wave, with a handle for each end
 * of what is used, and a button that plays it. The handles are range inputs, so arrows move them;
 * what counts is in the two number fields that data-from and data-to name.
 *
 * And the buttons [data-record]: a take from the microphone goes into the library as any file does.
 */

import { originalOf } from "./picture-canvas.js";

const COLUMNS = 320;
const RATE = 8000; // enough to draw; a voice of an hour is 115 MB of samples at this rate
const LONGEST = 3600; // seconds that are drawn
const LEAST = 0.2; // seconds between the handles

class VoiceTrim extends HTMLElement {
  #player = new Audio();
  #peaks = [];
  #seconds = 0;

  connectedCallback() {
    this.ends = [...this.querySelectorAll('[type="range"]')];
    this.drop = this.closest("asset-drop");
    this.button = this.querySelector("button");
    this.drop.addEventListener("asset", ({ detail }) => this.#hear(detail));
    this.ends.forEach((end, index) => end.addEventListener("input", () => this.#slid(index)));
    this.fields.forEach((field) => field?.addEventListener("input", () => this.#read()));
    this.button.addEventListener("click", () => this.#play());
    this.#player.addEventListener("timeupdate", () => this.#player.currentTime >= this.part[1] && this.#player.pause());
    for (const name of ["play", "pause"]) this.#player.addEventListener(name, () => this.#tell());
  }

  disconnectedCallback() {
    this.#player.pause();
  }

  get fields() {
    return [this.dataset.from, this.dataset.to].map((name) => document.getElementById(`id_${name}`));
  }

  get part() {
    return this.ends.map((end) => Number(end.value));
  }

  async #hear(asset) {
    const before = this.#player.src;
    this.#player.pause();
    this.hidden = !(asset?.duration > LEAST);
    if (!asset) return this.fields.forEach((field) => this.#write(field, ""));
    const source = new URL(originalOf(asset), location.href).href;
    // Another recording is another length: the old ends mean nothing there.
    if (before && before !== source) this.fields.forEach((field) => this.#write(field, ""));
    this.#player.src = source;
    this.#seconds = asset.duration;
    this.#peaks = [];
    for (const end of this.ends) end.max = asset.duration;
    this.#read();
    if (asset.duration > LONGEST) return;
    const peaks = await peaksOf(source).catch(() => []);
    if (this.#player.src !== source) return;
    this.#peaks = peaks;
    this.#draw();
  }

  /** From the fields to the handles. */
  #read() {
    const [from, to] = this.fields.map((field) => field?.value ?? "");
    this.ends[0].value = from || 0;
    this.ends[1].value = to || this.#seconds;
    this.#tell();
    this.#draw();
  }

  /** From a handle to its field; the ends keep apart. */
  #slid(index) {
    const [from, to] = this.part;
    if (index) this.ends[1].value = Math.max(to, from + LEAST);
    else this.ends[0].value = Math.min(from, to - LEAST);
    const [begin, end] = this.part;
    const whole = index ? end >= this.#seconds - 0.01 : begin <= 0;
    this.#write(this.fields[index], whole ? "" : String(index ? end : begin));
    this.#tell();
    this.#draw();
  }

  #write(field, value) {
    if (!field || field.value === value) return;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #play() {
    if (!this.#player.paused) return this.#player.pause();
    [this.#player.currentTime] = this.part;
    this.#player.play().catch(() => {});
  }

  #tell() {
    const [from, to] = this.part;
    this.querySelector("output").textContent = `${clock(from)} – ${clock(to)} (${(to - from).toFixed(1)} s)`;
    this.ends.forEach((end) => end.setAttribute("aria-valuetext", clock(Number(end.value))));
    const plays = !this.#player.paused;
    this.button.setAttribute("aria-pressed", String(plays));
  }

  #draw() {
    const canvas = this.querySelector("canvas");
    const pen = canvas.getContext("2d");
    const { color, accentColor } = getComputedStyle(canvas);
    const used = this.part.map((second) => (second / this.#seconds) * canvas.width);
    const wide = canvas.width / COLUMNS;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    for (let column = 0; column < COLUMNS; column++) {
      const x = column * wide;
      const high = Math.max(2, (this.#peaks[column] ?? 0) * canvas.height);
      const inside = x + wide > used[0] && x < used[1];
      pen.fillStyle = inside ? accentColor : color;
      pen.globalAlpha = inside ? 1 : 0.45;
      pen.fillRect(x, (canvas.height - high) / 2, wide * 0.7, high);
    }
  }
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;

/** The loudest of each column, beside the loudest of all. */
async function peaksOf(address) {
  const answer = await fetch(address);
  const bytes = await answer.arrayBuffer();
  const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes);
  const samples = sound.getChannelData(0);
  const peaks = new Array(COLUMNS).fill(0);
  samples.forEach((sample, at) => {
    const column = Math.floor((at / samples.length) * COLUMNS);
    peaks[column] = Math.max(peaks[column], Math.abs(sample));
  });
  const most = Math.max(...peaks) || 1;
  return peaks.map((peak) => peak / most);
}

customElements.define("voice-trim", VoiceTrim);

/* --- recording ------------------------------------------------------------------------------------ */
const canRecord = Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
let take = null;

function prepare() {
  for (const button of document.querySelectorAll("[data-record]")) {
    button.hidden = !canRecord;
    button.parentElement.querySelector("[data-no-microphone]").hidden = canRecord;
  }
}

async function record(button) {
  const drop = button.closest("asset-drop");
  if (take) return take.stop();
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    take = new MediaRecorder(stream);
    const parts = [];
    take.addEventListener("dataavailable", (event) => parts.push(event.data));
    take.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      const type = take.mimeType.split(";")[0] || "audio/webm";
      take = null;
      say(button, false);
      const file = new File(parts, `recording.${type.split("/")[1]}`, { type });
      drop.send({ file });
    });
    take.start();
    say(button, true);
  } catch {
    take = null;
    drop.error("The microphone cannot be used: none is there, or this page may not listen. Allow it in the browser, or bring a file.");
  }
}

function say(button, on) {
  button.setAttribute("aria-pressed", String(on));
  button.querySelector("span").textContent = on ? "Stop recording" : "Record";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-record]");
  if (button) record(button);
});
document.body.addEventListener("htmx:afterSwap", prepare);
prepare();
