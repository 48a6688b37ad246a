/** Sizes by where a picture is shown: a dialog to search, and the chosen one beside the size. */

const dialog = document.getElementById("templates");
const search = document.getElementById("template-search");

/** Set a control of the form, whatever draws it, as far as it has that choice. */
function set(form, name, value) {
  const control = form.elements[name];
  if (!control || !value) return;
  const choices = control instanceof RadioNodeList ? [...control] : [...(control.options ?? [])];
  if (choices.length && !choices.some((choice) => choice.value === value)) return;
  if (control.value === value) return;
  control.value = value;
  const told = control instanceof RadioNodeList ? choices.find((choice) => choice.checked) : control;
  for (const type of ["input", "change"]) told?.dispatchEvent(new Event(type, { bubbles: true }));
}

class TemplatePicker extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-open]").addEventListener("click", () => this.open());
    this.querySelector("[data-forget]").addEventListener("click", () => this.forget());
    this.restore();
  }

  get form() {
    return this.closest("form");
  }

  get place() {
    return `template:${this.dataset.draft}`;
  }

  open() {
    search.value = "";
    sift();
    dialog.showModal();
    search.focus();
  }

  choose({ dataset }) {
    const { name, width, height, style, quality, template } = dataset;
    this.show({ name, width, height, template });
    sessionStorage.setItem(this.place, JSON.stringify(this.chosen));
    for (const [key, value] of Object.entries({ width, height, style, quality })) set(this.form, key, value);
    dialog.close();
    const words = `${name}, ${width} × ${height}`;
    document.getElementById("announce").textContent = words;
    this.querySelector("[data-open]").focus();
  }

  show(chosen) {
    this.chosen = chosen;
    const chip = this.querySelector("[data-chosen]");
    chip.hidden = !chosen;
    chip.querySelector("span").textContent = chosen ? `${chosen.name} · ${chosen.width} × ${chosen.height}` : "";
    this.querySelector("#chosen-template").value = chosen?.template ?? "";
  }

  forget() {
    sessionStorage.removeItem(this.place);
    this.show(null);
    this.querySelector("[data-open]").focus();
  }

  /** What was chosen before the page came anew, if the size is still that. */
  restore() {
    const kept = JSON.parse(sessionStorage.getItem(this.place) ?? "null");
    this.show(kept && this.fits(kept) ? kept : null);
  }

  fits({ width, height }) {
    const { elements } = this.form;
    return elements.width.value === width && elements.height.value === height;
  }

  settle() {
    if (!this.chosen) return this.restore();
    if (!this.fits(this.chosen)) this.show(null);
  }
}

/** Show what has every word of the search. */
function sift() {
  const words = search.value.toLowerCase().replace(/(\d)\s*[x×]\s*(\d)/g, "$1x$2").split(/\s+/).filter(Boolean);
  for (const item of dialog.querySelectorAll("[data-words]")) item.hidden = !words.every((word) => item.dataset.words.includes(word));
  for (const shelf of dialog.querySelectorAll("[data-shelf]")) shelf.hidden = !shelf.querySelector("[data-words]:not([hidden])");
  dialog.querySelector("[data-nothing]").hidden = Boolean(dialog.querySelector("[data-shelf]:not([hidden])"));
}

/** The picker beside the size; it comes anew with the form. */
const picker = () => document.querySelector("template-picker");

customElements.define("template-picker", TemplatePicker);
search.addEventListener("input", sift);
search.addEventListener("keydown", (event) => {
  const only = [...dialog.querySelectorAll("[data-words]:not([hidden]) .template:enabled")];
  if (event.key !== "Enter" || !search.value || !only.length) return;
  event.preventDefault();
  picker().choose(only[0]);
});
dialog.addEventListener("click", (event) => {
  const template = event.target.closest(".template");
  if (template) picker().choose(template);
  else if (event.target === dialog) dialog.close();
});
document.addEventListener("settled", () => picker()?.settle());
