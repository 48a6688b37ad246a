/** The page of a new story: a file becomes text, an example can be tried, a line be found. */

import { change } from "./page.js";

const field = document.getElementById("story-text");
const file = document.getElementById("story-file");

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-choose-file]")) file?.click();
  const example = target.closest("[data-example]");
  if (example) change(field, example.dataset.example);
  const line = target.closest("[data-line]");
  if (line) show(Number(line.dataset.line));
});

file?.addEventListener("change", async () => {
  if (file.files[0]) change(field, await file.files[0].text());
  file.value = "";
});

/** Select that line and bring it into sight. */
function show(number) {
  const lines = field.value.split("\n");
  const start = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[number - 1] ?? "").length);
  field.scrollTop = ((number - 3) * field.scrollHeight) / lines.length;
}

if (field?.value.trim() && field.hasAttribute("hx-trigger")) addEventListener("load", () => htmx.trigger(field, "read"));
