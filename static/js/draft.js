/**
 * What was typed outlives the page and the choice of a model: values are kept by name, also those
 * that the present model does not take.
 */

const NOT_KEPT = ["key", "offer", "shown", "csrfmiddlewaretoken", "x-client"];
/** Places whose asset of the draft is still being looked for, and that asset. */
export const sought = new Map();

/** What had to become another value here, by name: it is still wished for elsewhere. */
const adapted = new Map();

const nameOf = (form) => `draft:${form.dataset.draft}`;
const hiddenOf = (drop) => drop.querySelector('[type="hidden"]').name;

function read(form) {
  try {
    return JSON.parse(localStorage.getItem(nameOf(form))) ?? {};
  } catch {
    return {};
  }
}

/** Names of what differs from the defaults, with their labels. */
function changed(form) {
  const found = {};
  for (const field of form.elements) {
    if (!field.name || NOT_KEPT.includes(field.name) || field.type === "hidden") continue;
    if (!untouched(field)) found[field.name] = labelOf(field);
  }
  return found;
}

function untouched(field) {
  if (field.options) return [...field.options].every((option) => option.selected === option.defaultSelected);
  if (field.type === "radio" || field.type === "checkbox") return field.checked === field.defaultChecked;
  return field.value === field.defaultValue || field.value === field.dataset.proposal;
}

function labelOf(field) {
  const box = field.closest(".field");
  return (field.closest(".with-unit") && field.getAttribute("aria-label")) || box?.querySelector(".label, .check")?.textContent.trim() || field.name;
}

export function keep(form, values) {
  const before = read(form);
  const said = [...values]
    .filter(([name]) => !NOT_KEPT.includes(name))
    .map(([name, value]) => [name, adapted.get(name)?.became === value ? adapted.get(name).wished : value]);
  const assets = { ...before.assets };
  for (const drop of form.querySelectorAll("asset-drop")) assets[hiddenOf(drop)] = drop.asset ?? sought.get(drop) ?? null;
  const here = new Set([...form.elements].map((field) => field.name));
  const others = Object.entries(before.labels ?? {}).filter(([name]) => !here.has(name) || adapted.has(name));
  const draft = {
    model: form.dataset.model,
    offer: form.elements.offer.value,
    values: { ...before.values, ...Object.fromEntries(said) },
    labels: { ...Object.fromEntries(others), ...changed(form) },
    assets,
  };
  try {
    localStorage.setItem(nameOf(form), JSON.stringify(draft));
  } catch {
    // Full or forbidden: the page works without drafts.
  }
}

/** Fill the form from the draft; {from, offer, lost: [words]} when another model had written it. */
export function recall(form) {
  const draft = read(form);
  const labels = { ...draft.labels };
  const lost = [];
  const switched = draft.offer && draft.offer !== form.elements.offer.value;
  for (const [name, value] of Object.entries(draft.values ?? {})) {
    const control = form.elements[name];
    // The defaults of another model are not what anybody said.
    if (!control || (switched && !(name in labels)) || control.type === "file" || control.closest?.("asset-drop")) continue;
    const now = set(control, value);
    if (now === value || !(name in labels)) continue;
    adapted.set(name, { wished: value, became: now });
    lost.push(`${labels[name]} is ${now || "left out"} instead of ${value}`);
  }
  const missing = Object.keys(labels).filter((name) => !form.elements[name]).map((name) => labels[name]);
  if (missing.length) lost.unshift(`${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} not taken`);
  for (const drop of form.querySelectorAll("asset-drop")) {
    const asset = draft.assets?.[hiddenOf(drop)];
    if (asset) restore(drop, asset, () => keep(form, new FormData(form)));
  }
  return switched ? { from: draft.model, offer: draft.offer, lost } : null;
}

/** Put a value into a control as far as it goes there, and say what it became. */
export function set(control, value) {
  // A tick comes with a hidden field of the same name.
  const tick = control instanceof RadioNodeList && [...control].find((c) => c.type === "checkbox");
  if (tick) {
    tick.checked = value === tick.value;
  } else if (control.type === "number" && value !== "") {
    const least = control.min === "" ? -Infinity : Number(control.min);
    const most = control.max === "" ? Infinity : Number(control.max);
    control.value = Math.min(Math.max(Number(value), least), most);
  } else if (control instanceof RadioNodeList || [...(control.options ?? [value])].some((o) => (o.value ?? o) === value)) {
    if (control instanceof RadioNodeList && ![...control].some((c) => c.value === value)) return control.value;
    control.value = value;
  }
  return tick ? value : control.value;
}

/** The asset of a draft, unless it is gone by now. Without an answer that is not known. */
async function restore(drop, asset, gone) {
  sought.set(drop, asset);
  const answer = await fetch(asset.poster, { method: "HEAD" }).catch(() => null);
  if (!answer || !sought.delete(drop)) return;
  if (answer.ok && !drop.asset && drop.dataset.state === "empty") drop.take(asset);
  else gone();
}
