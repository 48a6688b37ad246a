/**
 * Help below a prompt: a proposal that is taken or refused, earlier prompts, a persona that stays
 * chosen. Nothing is written into a field before somebody presses for it.
 */

import { say } from "./toast.js";

/** Write into a field as a person would, so that draft, counter and price follow. */
function write(field, text) {
  if (!field || field.value === text) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Write and offer the way back. */
function replace(changes, words) {
  const before = changes.map(([field]) => [field, field.value]);
  for (const [field, text] of changes) write(field, text);
  say(words, { undo: () => before.forEach(([field, text]) => write(field, text)) });
}

class PromptHelper extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.addEventListener("click", this);
    this.addEventListener("change", this);
    this.addEventListener("keydown", this);
    this.addEventListener("htmx:beforeRequest", this);
    this.addEventListener("htmx:beforeSwap", this);
    this.addEventListener("htmx:afterSwap", this);
    this.prompt.addEventListener("input", () => this.compare());
    this.prompt.addEventListener("keydown", (event) => this.older(event));
    this.remember();
  }

  get prompt() {
    return document.getElementById(this.dataset.for);
  }

  get panel() {
    return this.querySelector(".prompt-panel");
  }

  field(name) {
    return this.closest("form").elements[name];
  }

  part(kind, name) {
    return this.querySelector(`[data-${kind}="${name}"]`)?.value;
  }

  handleEvent(event) {
    const { target, type } = event;
    if (type === "change") this.choose(target);
    if (type === "keydown" && event.key === "Escape" && this.panel.childElementCount) this.close();
    // A refusal is shown in its place, not in place of the form.
    if (type === "htmx:beforeSwap" && event.detail.xhr.status === 422) event.detail.isError = false;
    if (type === "htmx:afterSwap") this.opened();
    const isOpen = target.closest("[data-found]")?.getAttribute("aria-expanded") === "true";
    // A second press closes what the first has opened, and asks for nothing.
    if (type === "htmx:beforeRequest" && isOpen) event.preventDefault();
    if (type !== "click") return;
    const reuse = target.closest(".reuse");
    if (reuse) this.take([[this.prompt, reuse.dataset.words]], "The earlier prompt is in the field.");
    if (target.closest("[data-use]")) this.use();
    if (target.closest("[data-keep-mine]")) this.close();
    if (isOpen) this.close();
  }

  use() {
    const names = ["prompt", "negative_prompt"].filter((name) => this.field(name) && this.part("new", name) !== undefined);
    this.take(names.map((name) => [this.field(name), this.part("new", name)]), "The better prompt is in the field.");
  }

  take(changes, words) {
    this.close();
    replace(changes, words);
  }

  close() {
    this.panel.replaceChildren();
    this.opened();
    this.prompt.focus();
  }

  opened() {
    const listed = Boolean(this.panel.querySelector("[data-found-list]"));
    this.querySelector("[data-found]").setAttribute("aria-expanded", String(listed));
    this.compare();
  }

  /** A proposal for what is no longer there must not be taken. */
  compare() {
    const use = this.querySelector("[data-use]");
    if (!use) return;
    const plain = (text) => (text ?? "").replaceAll("\r\n", "\n");
    const stale = ["prompt", "negative_prompt"].some((name) => this.field(name) && plain(this.field(name).value) !== plain(this.part("old", name)));
    use.disabled = stale;
    this.querySelector("[data-when-stale]").hidden = !stale;
  }

  /** Up in an empty field asks for the earlier prompts, as in a shell. */
  older(event) {
    if (event.key !== "ArrowUp" || this.prompt.value) return;
    event.preventDefault();
    this.querySelector("[data-found]").click();
  }

  choose(select) {
    if (select.dataset.keep) localStorage.setItem(`persona:${select.dataset.keep}`, select.value);
  }

  remember() {
    const select = this.querySelector("[data-keep]");
    const wanted = select && localStorage.getItem(`persona:${select.dataset.keep}`);
    if (wanted && [...select.options].some((option) => option.value === wanted)) select.value = wanted;
  }
}

document.addEventListener("input", ({ target }) => {
  if (target.name === "negative_prompt") document.querySelector("prompt-helper")?.compare();
});
customElements.define("prompt-helper", PromptHelper);
