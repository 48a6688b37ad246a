/** Controls of a form that follow each other: choices that fit, sliders and their numbers. */

import { change } from "./page.js";

/** Show only the choices that fit the other param, and keep one of them chosen. Where none is left
 *  the control is away, and says nothing. */
function fit(form, box) {
  const rule = JSON.parse(box.dataset.depends);
  const said = new FormData(form);
  const chosen = said.getAll(rule.on).at(-1); // a tick comes after the field that says no
  const radios = [...box.querySelectorAll('[type="radio"]')];
  const fitting = (rule.choices[chosen] ?? radios.map((r) => r.value)).map(String);
  // What depends on a control that is away is away too.
  box.hidden = rule.choices[chosen]?.length === 0 || (rule.on in form.elements && !said.has(rule.on));
  for (const control of box.querySelectorAll("input, textarea, select")) control.disabled = box.hidden;
  for (const radio of radios) radio.closest("label").hidden = !fitting.includes(radio.value);
  const now = radios.find((r) => r.checked);
  if (now && fitting.includes(now.value)) return;
  const first = radios.find((r) => r.value === fitting[0]);
  if (first) first.checked = true;
}

function fill(range) {
  const share = (value) => `${((value - range.min) / (range.max - range.min)) * 100}%`;
  range.style.setProperty("--at", share(range.value));
  // Where nothing happens at 0 the bar grows from there.
  range.style.setProperty("--low", share(Math.min(0, range.value)));
  range.style.setProperty("--high", share(Math.max(0, range.value)));
  range.style.setProperty("--zero", share(0));
}

/** Somebody moves it. */
export function slide(range) {
  fill(range);
  change(document.getElementById(range.dataset.for), range.value);
}

function follow(form, field) {
  const range = form.querySelector(`[data-for="${field.id}"]`);
  if (!range) return;
  range.value = field.value;
  fill(range);
}

/** Put the controls in order, after whatever was changed. */
export function arrange(form) {
  for (const box of form.querySelectorAll("[data-depends]")) fit(form, box);
  for (const range of form.querySelectorAll("[data-for]")) follow(form, document.getElementById(range.dataset.for));
}
