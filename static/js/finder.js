/** The box of the library: suggestions at the caret, and one truth with what is found. */

import { proof } from "./page.js";

const form = document.getElementById("finder");
const box = form?.elements.q;
const list = document.getElementById("q-list");
const count = document.getElementById("q-count");
const PAUSE = 120; // milliseconds

let timer = 0;
let asking = null; // what the newest question can be stopped with
let options = [];
let active = -1;

/* The server counts letters, the browser counts halves of them. */
const letters = (text) => [...text].length;
const unit = (text, at) => [...text].slice(0, at).join("").length;

function close() {
  clearTimeout(timer);
  asking?.abort();
  asking = null;
  list.hidden = true;
  active = -1;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function mark(at) {
  active = at;
  for (const [index, row] of [...list.children].entries()) row.setAttribute("aria-selected", String(index === at));
  if (at < 0) return box.removeAttribute("aria-activedescendant");
  box.setAttribute("aria-activedescendant", list.children[at].id);
  list.children[at].scrollIntoView({ block: "nearest" });
}

function line(option, index) {
  const row = Object.assign(document.createElement("li"), { id: `q-option-${index}`, role: "option" });
  row.setAttribute("aria-selected", "false");
  row.append(Object.assign(document.createElement("b"), { textContent: option.label }));
  row.append(Object.assign(document.createElement("span"), { textContent: option.hint }));
  return row;
}

function show(found, text) {
  if (!found.length) return close();
  options = found.map((option) => ({ ...option, text }));
  list.replaceChildren(...options.map(line));
  list.hidden = false;
  box.setAttribute("aria-expanded", "true");
  mark(-1);
  count.textContent = `${found.length} suggestion${found.length === 1 ? "" : "s"}`;
}

async function ask() {
  asking?.abort();
  const mine = (asking = new AbortController());
  const text = box.value;
  const query = new URLSearchParams({ q: text, at: letters(text.slice(0, box.selectionStart)) });
  try {
    const answer = await fetch(`${form.dataset.suggest}?${query}`, { headers: { ...proof(), Accept: "application/json" }, signal: mine.signal });
    const told = answer.ok ? await answer.json() : { suggestions: [] };
    if (mine === asking && box.value === text && document.activeElement === box) show(told.suggestions, text);
  } catch {
    // Stopped by a newer question, or no network: the box works without suggestions.
  }
}

function later(wait = PAUSE) {
  clearTimeout(timer);
  timer = setTimeout(ask, wait);
}

function accept(option) {
  const [start, end] = [unit(option.text, option.start), unit(option.text, option.end)];
  const behind = option.text.slice(end);
  const whole = !option.insert.endsWith(":");
  const insert = option.insert + (whole && !behind ? " " : "");
  close();
  box.setRangeText(insert, start, end, "end");
  if (!whole) later(0);
}

function keys(event) {
  if (event.isComposing) return;
  const open = !list.hidden;
  switch (event.key) {
    case "ArrowDown":
    case "ArrowUp": {
      event.preventDefault();
      if (!open) return later(0);
      const step = event.key === "ArrowDown" ? 1 : -1;
      const last = options.length - 1;
      return mark(active + step > last ? -1 : active + step < -1 ? last : active + step);
    }
    case "Enter":
      if (open && active >= 0) {
        event.preventDefault();
        accept(options[active]);
      } else close();
      return;
    case "Escape":
      if (!open && !asking) return;
      event.preventDefault();
      event.stopPropagation();
      return close();
    case "Tab":
      close();
  }
}

/** The box says what is found, also after a filter was pressed elsewhere. */
function follow() {
  const found = document.getElementById("found");
  if (!found) return;
  const problem = document.getElementById("q-problem");
  if (document.activeElement !== box || !problem) box.value = found.dataset.q;
  for (const [name, usual] of [["sort", "newest"], ["view", "grid"]]) {
    form.elements[name].value = found.dataset[name];
    form.elements[name].disabled = found.dataset[name] === usual;
  }
  box.toggleAttribute("aria-invalid", false);
  if (problem) {
    box.setAttribute("aria-invalid", "true");
    box.setAttribute("aria-describedby", "q-problem");
    point(found);
  } else box.removeAttribute("aria-describedby");
}

/** The wrong part is chosen, so that typing puts it right. */
function point({ dataset }) {
  if (!("start" in dataset) || document.activeElement !== box) return;
  box.setSelectionRange(unit(box.value, Number(dataset.start)), unit(box.value, Number(dataset.end)));
}

if (form) {
  form.querySelector("[data-without-script]").remove();
  box.addEventListener("input", (event) => event.isComposing || (box.value ? later() : close()));
  box.addEventListener("compositionend", () => later());
  box.addEventListener("keydown", keys);
  box.addEventListener("blur", close);
  form.addEventListener("submit", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const at = [...list.children].indexOf(event.target.closest("li"));
    if (at >= 0) accept(options[at]);
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => detail.elt.id === "found" && follow());
  follow();
}
