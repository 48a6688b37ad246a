/**
 * The mask of a form: what is painted on the stage goes into the library before the order does,
 * and what comes from there, from a file or from the draft goes onto the stage.
 */

import { MaskEditor } from "./mask-editor.js";
import { fromPicture, put, taken, toPng } from "./mask-file.js";
import { originalOf } from "./picture-canvas.js";
import { upload } from "./upload.js";

const PAUSE = 600;

class MaskField {
  #loaded = null; // id of the asset that the editor shows
  #saved = 0; // version of the editor that is in the library
  #saving = null;
  #timer = 0;

  constructor(editor, form) {
    this.editor = editor;
    this.form = form;
    editor.addEventListener("masked", () => this.#painted());
    document.addEventListener("asset", (event) => event.target === this.drop && this.#taken(event.detail));
    document.body.addEventListener("htmx:confirm", (event) => event.detail.elt === this.form() && this.#before(event));
    document.addEventListener("click", (event) => {
      const does = event.target.closest("[data-mask]")?.dataset.mask;
      if (does in this) this[does]();
    });
  }

  get drop() {
    return this.form()?.querySelector("asset-drop[data-mask-of]") ?? null;
  }

  get #shelf() {
    return `${this.form().dataset.draft}`;
  }

  get #fresh() {
    return this.editor.version !== this.#saved && !this.editor.empty;
  }

  /** The picture has changed: bring the mask that belongs to it. */
  async pictured() {
    const asset = this.drop?.asset;
    if (asset) return this.#bring(asset);
    if (!this.editor.empty) return this.#tell();
    const blob = await taken(this.#shelf);
    if (blob && this.editor.empty && !this.drop?.asset) await this.#open(blob, "").catch(() => {});
    this.#tell();
  }

  #taken(asset) {
    if (asset?.id === this.#loaded) return this.#tell();
    if (asset) return this.#bring(asset);
    this.#loaded = null;
    if (!this.editor.empty) this.editor.none();
    this.#tell();
  }

  async #bring(asset) {
    const { mask } = this.editor;
    if (!mask || asset.id === this.#loaded) return;
    if (asset.width !== mask.width || asset.height !== mask.height) return this.#misfit(asset.width, asset.height);
    try {
      const answer = await fetch(originalOf(asset));
      if (!answer.ok) throw new Error();
      await this.#open(await answer.blob(), asset.id);
    } catch {
      this.drop.error("The mask could not be read. Paint it anew, or bring another one.");
    }
  }

  #misfit(width, height) {
    const { mask } = this.editor;
    this.drop.take(null);
    this.drop.error(`That mask is ${width} × ${height}, the picture is ${mask.width} × ${mask.height}. Both have to be the same size: paint it on this picture, or bring one of its size.`);
  }

  async #open(blob, id) {
    const { width, height, bytes } = await fromPicture(blob);
    const { mask } = this.editor;
    if (width !== mask.width || height !== mask.height) return id ? this.#misfit(width, height) : undefined;
    this.#loaded = id || null;
    this.editor.load(bytes);
    if (id) this.#saved = this.editor.version;
    this.#tell();
  }

  #painted() {
    this.drop?.error("");
    this.#tell();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#putAside(), PAUSE);
  }

  async #putAside() {
    const { empty, mask } = this.editor;
    put(this.#shelf, empty || !this.#fresh ? null : await toPng(mask));
  }

  /** What the form says of it. */
  #tell() {
    const words = this.drop?.querySelector('[data-part="painted"]');
    if (!words) return;
    const { empty, mask } = this.editor;
    words.textContent = !mask ? "Choose a picture first, then paint on it." : empty ? "Nothing is painted yet." : this.#fresh ? `Painted. ${this.form().dataset.painted ?? "It is kept with the order."}` : "In the library.";
    this.drop.toggleAttribute("data-painted", !empty);
    for (const button of this.drop.querySelectorAll("[data-mask]")) button.hidden = empty;
  }

  /* --- saving -------------------------------------------------------------------------------------- */
  /** Hold the order until the mask is in the library. */
  #before(event) {
    if (!this.drop || !this.editor.mask) return;
    if (this.#saving) return event.preventDefault();
    const { empty } = this.editor;
    if (empty && "required" in this.drop.dataset) {
      event.preventDefault();
      const { label } = this.drop.dataset;
      return this.drop.error(`${label} is empty. Paint over what is meant, in the picture, or bring a mask.`);
    }
    if (empty && this.drop.asset) this.drop.take(null);
    if (!this.#fresh) return;
    event.preventDefault();
    this.#saving = this.save().then((done) => {
      this.#saving = null;
      if (done) event.detail.issueRequest(true);
    });
  }

  async save() {
    const { version, mask, asset } = this.editor;
    const title = `Mask of ${asset.title || "a picture"}`.slice(0, 200);
    const button = this.form().querySelector(".go .primary");
    button?.setAttribute("aria-busy", "true");
    try {
      const file = new File([await toPng(mask)], "mask.png", { type: "image/png" });
      const saved = await upload(this.drop.dataset.upload, { kind: "image", file, title, tags: "mask" });
      this.#loaded = saved.id;
      this.#saved = version;
      this.drop.take(saved);
      put(this.#shelf, null);
      return true;
    } catch (error) {
      this.drop.error(error.message, error.link);
      return false;
    } finally {
      button?.removeAttribute("aria-busy");
    }
  }

  none() {} // the place of the asset clears itself, and says so

  /** As a file of one's own. */
  async export() {
    const file = URL.createObjectURL(await toPng(this.editor.mask));
    const name = `mask-${(this.editor.asset.title || "picture").replace(/\W+/g, "-").toLowerCase()}.png`;
    Object.assign(document.createElement("a"), { href: file, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(file), 10_000);
  }
}

const surface = document.querySelector("mask-editor[data-surface]");
if (surface instanceof MaskEditor) {
  const field = new MaskField(surface, () => document.getElementById("operation-form"));
  document.addEventListener("pictured", () => field.pictured());
}
