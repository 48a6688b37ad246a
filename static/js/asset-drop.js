/**
 * <asset-drop data-kind data-upload data-library>: the source of an operation. Takes a file (drop,
 * paste, picker, camera), an asset of the library, a sample or an address. A file goes to the
 * server at once, so that no later mistake loses it; the form carries only the asset's id. Without
 * data-upload the person may only look.
 *
 * Fires "asset" (bubbling, detail: the asset or null) whenever what it holds has changed.
 */

import { takeDrops, wayIn } from "./page.js";
import { upload } from "./upload.js";

const MAY_LOOK = "Your role here is viewer: you may look, not add files. Ask the account's owner.";

class AssetDrop extends HTMLElement {
  asset = null;
  #stop = null;

  connectedCallback() {
    this.field = this.querySelector('[type="hidden"]');
    this.file = this.querySelector('[type="file"]');
    // With this script the id is sent, not the file.
    this.file.removeAttribute("name");
    this.file.hidden = true;
    this.file.addEventListener("change", () => this.file.files[0] && this.send({ file: this.file.files[0] }));
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button) this[button.dataset.do](button);
    });
    this.querySelector(".address input")?.addEventListener("keydown", (event) => {
      if (event.key === "Enter") (event.preventDefault(), this.fetch());
    });
    const { id } = this.dataset;
    if (id) this.asset = described(id, this.dataset);
    // After the elements of the page that listen have been made.
    if (id) queueMicrotask(() => this.tell());
  }

  get kind() {
    return this.dataset.kind;
  }

  accepts(file) {
    return file.type.startsWith(`${this.kind}/`);
  }

  pick() {
    this.file.click();
  }

  library() {
    const dialog = document.getElementById("picker");
    dialog.taker = this;
    dialog.showModal();
    htmx.ajax("GET", this.dataset.library, "#picker-body");
  }

  address(button) {
    const box = this.querySelector(".address");
    box.hidden = !box.hidden;
    button.setAttribute("aria-expanded", String(!box.hidden));
    if (!box.hidden) box.querySelector("input").focus();
  }

  fetch() {
    const url = this.querySelector(".address input").value.trim();
    if (url) this.send({ url });
  }

  stop() {
    this.#stop?.abort();
  }

  clear() {
    this.take(null);
    this.querySelector('[data-do="pick"]').focus();
  }

  async send(fields) {
    if (!this.dataset.upload) return this.error(MAY_LOOK);
    this.stop();
    const stop = (this.#stop = new AbortController());
    this.error("");
    this.#busy(fields.file ? "Uploading" : fields.url ? "Fetching" : "Preparing");
    try {
      const progress = (fraction) => this.#progress(fraction);
      this.take(await upload(this.dataset.upload, { kind: this.kind, ...fields }, { progress, signal: stop.signal }));
    } catch (error) {
      if (stop === this.#stop) this.#show();
      if (error.name !== "AbortError") this.error(error.message, error.link);
    } finally {
      this.file.value = "";
    }
  }

  /** Hold this asset; null for none. */
  take(asset) {
    this.asset = asset;
    this.field.value = asset?.id ?? "";
    this.error("");
    this.#show();
    this.tell();
  }

  tell() {
    this.dispatchEvent(new CustomEvent("asset", { bubbles: true, detail: this.asset }));
  }

  error(text, link) {
    const place = this.querySelector('[data-part="error"]');
    place.textContent = text;
    if (link) place.append(" ", wayIn(link));
    place.hidden = !text;
    if (!text) return this.removeAttribute("aria-invalid");
    this.setAttribute("aria-invalid", "true");
    // Not only into the window: on a phone the preview lies over its edge.
    place.scrollIntoView({ block: "center" });
  }

  #busy(words) {
    this.dataset.state = "busy";
    this.querySelector('[data-part="busy"]').textContent = words;
    this.#progress(0);
  }

  #progress(fraction) {
    const bar = this.querySelector(".drop-busy .progress");
    bar.querySelector("rect").setAttribute("width", `${fraction * 100}%`);
    bar.setAttribute("aria-valuenow", Math.round(fraction * 100));
    if (fraction === 1) this.querySelector('[data-part="busy"]').textContent = "Checking the file";
  }

  #show() {
    const { asset } = this;
    this.dataset.state = asset ? "full" : "empty";
    if (!asset) return;
    this.querySelector('[data-part="title"]').textContent = asset.title;
    this.querySelector('[data-part="facts"]').textContent = facts(asset);
    const picture = this.querySelector('[data-part="picture"]');
    if (asset.width) Object.assign(picture, { width: asset.width, height: asset.height });
    picture.src = asset.poster;
  }
}

function described(id, { title, poster, width, height, seconds, fps }) {
  return { id, title, poster, width: Number(width), height: Number(height), duration: Number(seconds), fps: Number(fps) };
}

function facts({ width, height, duration }) {
  if (width) return `${width} × ${height}`;
  const whole = Math.round(duration || 0);
  return whole ? `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}` : "";
}
customElements.define("asset-drop", AssetDrop);

/* --- the whole page is a place to drop, paste and choose ------------------------------------------ */
const drops = () => [...document.querySelectorAll("asset-drop")];
/** The place that fits the file; the first one when none does, so that the server says why. */
const takerOf = (file) => drops().find((d) => d.accepts(file)) ?? drops()[0];

const mayAdd = drops().some((drop) => drop.dataset.upload);
takeDrops(mayAdd ? "Drop it anywhere" : MAY_LOOK, ([file], target) => (target.closest?.("asset-drop") ?? takerOf(file))?.send({ file }));
document.addEventListener("paste", (event) => {
  const file = event.clipboardData?.files[0];
  if (!file) return;
  event.preventDefault();
  takerOf(file)?.send({ file });
});
document.addEventListener("click", (event) => {
  const sample = event.target.closest("button[data-sample]");
  if (sample) drops()[0]?.send({ sample: sample.dataset.sample });
  const choice = event.target.closest("button[data-asset]");
  if (choice) {
    const dialog = choice.closest("dialog");
    dialog.close();
    dialog.taker.take(described(choice.dataset.asset, choice.dataset));
  }
});

const wanted = new URLSearchParams(location.search).get("sample");
if (wanted) {
  // A reload must not send it again, unless it was too quick for the first time.
  drops()[0]?.send({ sample: wanted }).then(() => history.replaceState(null, "", location.pathname));
}
