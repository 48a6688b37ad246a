/** The grid of a form: what has choices is ticked in a list. What is sent is the text of the values. */

const MANY = 8; // choices from which on they can be searched

const el = (name, props, ...children) => {
  const made = Object.assign(document.createElement(name), props);
  made.append(...children);
  return made;
};

const parts = (axis) => ({ select: axis.querySelector("select"), field: axis.querySelector("input[name$=_values]"), list: axis.querySelector(".ticks") });

function draw(axis) {
  const { select, field, list } = parts(axis);
  const { choices, example } = select.selectedOptions[0].dataset;
  field.placeholder = example ?? "";
  field.closest(".field").hidden = !select.value || Boolean(choices);
  if (list?.dataset.of !== select.value) {
    list?.remove();
    if (choices) axis.append(ticks(axis, JSON.parse(choices)));
  }
  mark(axis);
}

function ticks(axis, choices) {
  const { select, field } = parts(axis);
  const name = select.selectedOptions[0].textContent;
  const found = el("div", { className: "tick-list" });
  for (const [value, label] of choices) found.append(el("label", { className: "check" }, el("input", { type: "checkbox", value }), label));
  const list = el("fieldset", { className: "ticks" }, el("legend", { className: "label" }), found);
  list.dataset.of = select.value;
  list.dataset.name = name;
  if (choices.length > MANY) found.before(search(found, name));
  found.addEventListener("input", () => {
    field.value = [...found.querySelectorAll(":checked")].map((box) => box.value).join(", ");
    mark(axis);
  });
  return list;
}

function search(found, name) {
  const box = el("input", { type: "search", className: "input", placeholder: `Search ${found.children.length}`, autocomplete: "off", ariaLabel: `Search: ${name}` });
  box.addEventListener("input", (event) => {
    event.stopPropagation();
    for (const label of found.children) label.hidden = !label.textContent.toLowerCase().includes(box.value.trim().toLowerCase());
  });
  // Enter looks; it does not order.
  box.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  return box;
}

/** Tick what the text says, by value or by label. */
function mark(axis) {
  const { field, list } = parts(axis);
  if (!list) return;
  const said = field.value.split(",").map((value) => value.trim().toLowerCase());
  const boxes = [...list.querySelectorAll("[type=checkbox]")];
  for (const box of boxes) box.checked = [box.value, box.parentElement.textContent].some((word) => said.includes(word.toLowerCase()));
  const chosen = boxes.filter((box) => box.checked).length;
  list.querySelector("legend").textContent = `${list.dataset.name}: ${chosen} chosen`;
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-axis] select")) return;
  const axis = target.closest("[data-axis]");
  parts(axis).field.value = "";
  draw(axis);
});
/* --- the table of results: up and down in a column -------------------------------------------------- */
document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.(".matrix td");
  const way = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
  const next = way && cell?.parentElement[way]?.cells[cell.cellIndex].querySelector("[data-open]");
  if (!next) return;
  event.preventDefault();
  next.focus();
});

const all = () => document.querySelectorAll("[data-axis]").forEach(draw);
document.addEventListener("settled", all);
all();
