/**
 * <batch-sheet data-cells>: the rows of a batch, changed like a spreadsheet. Each cell that is
 * changed goes to the server, which answers with the row as it is checked. Without data-cells it is
 * only walked through.
 */

import { proof, refused } from "./page.js";
import { say } from "./toast.js";

const LONG = 60; // letters from which a cell is edited in several lines
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
let last = null; // the cell that had the focus, over a swap of the sheet
let queue = Promise.resolve();
let saving = 0;
addEventListener("beforeunload", (event) => saving && event.preventDefault());
let scrolled = 0; // how far to the right, over a swap of the sheet
document.addEventListener("scroll", ({ target }) => target.matches?.(".sheet-scroll") && (scrolled = target.scrollLeft), { capture: true, passive: true });

class BatchSheet extends HTMLElement {
  connectedCallback() {
    this.mayEdit = Boolean(this.dataset.cells);
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("focusin", ({ target }) => this.#focused(target));
    this.addEventListener("dblclick", ({ target }) => this.edit(target.closest("td[data-c]")));
    // A finger has no second button and no keys: one tap is enough.
    this.addEventListener("click", ({ target, pointerType }) => pointerType === "touch" && this.edit(target.closest("td[data-c]")));
    this.addEventListener("click", ({ target }) => this.#go(target.closest("[data-go]")));
    this.addEventListener("paste", (event) => this.#paste(event));
    this.addEventListener("copy", (event) => this.#copy(event));
    this.parentElement.scrollLeft = scrolled;
    const had = last && this.cell(last.row, last.column);
    const first = had ?? this.querySelector("td[data-c]");
    if (first) first.tabIndex = 0;
    if (had && last.focused && document.activeElement === document.body) had.focus({ preventScroll: true });
  }

  get rows() {
    return [...this.querySelectorAll("tbody tr")];
  }

  cell(row, column) {
    return this.querySelector(`tr[data-row="${row}"] td[data-c="${column}"]`);
  }

  /** The cell so many rows and columns away, or none. */
  near(cell, down, right) {
    const { rows } = this;
    const row = rows[rows.indexOf(cell.parentElement) + down];
    return row?.querySelector(`td[data-c="${Number(cell.dataset.c) + right}"]`);
  }

  /** To the cell that is wrong, which may be out of sight, and into it. */
  #go(link) {
    const cell = link && this.cell(link.closest("tr").dataset.row, link.dataset.go);
    if (!cell) return;
    cell.focus();
    this.edit(cell);
  }

  #focused(target) {
    const cell = target.closest?.("td[data-c]");
    if (!cell) return void (last &&= { ...last, focused: false });
    for (const one of this.querySelectorAll('td[tabindex="0"]')) one.tabIndex = -1;
    cell.tabIndex = 0;
    last = { row: cell.parentElement.dataset.row, column: cell.dataset.c, focused: true };
  }

  #key(event) {
    const cell = event.target;
    if (!cell.matches("td[data-c]")) return;
    const { key } = event;
    const go = (to) => to && (event.preventDefault(), to.focus());
    if (event.ctrlKey || event.metaKey) {
      if (key === "Home") go(this.querySelector("td[data-c]"));
      if (key === "End") go([...this.querySelectorAll("td[data-c]")].at(-1));
      return;
    }
    if (event.altKey) return;
    if (STEPS[key]) return void (event.preventDefault(), this.near(cell, ...STEPS[key])?.focus());
    if (key === "Home") return go(cell.parentElement.querySelector("td[data-c]"));
    if (key === "End") return go([...cell.parentElement.querySelectorAll("td[data-c]")].at(-1));
    if (key === "Tab") return go(this.near(cell, 0, event.shiftKey ? -1 : 1));
    if (!this.mayEdit) return;
    if (key === "Enter" || key === "F2") return void (event.preventDefault(), this.edit(cell));
    if (key === "Delete" || key === "Backspace") return void (event.preventDefault(), this.put([[cell, ""]]));
    if (key.length === 1) (event.preventDefault(), this.edit(cell, key));
  }

  /** A field in the place of the cell. What is typed first replaces what was there. */
  edit(cell, typed) {
    if (!cell || !this.mayEdit || cell.querySelector(".cell-edit")) return;
    const before = cell.dataset.text;
    const choices = document.getElementById(`choices-${cell.dataset.c}`);
    const field = document.createElement(choices || (before.length < LONG && !before.includes("\n")) ? "input" : "textarea");
    field.className = "input cell-edit";
    if (choices) field.setAttribute("list", choices.id);
    field.value = typed ?? before;
    field.autocomplete = "off";
    field.setAttribute("aria-label", `${this.#name(cell)}, row ${cell.parentElement.dataset.row}`);
    cell.classList.add("editing");
    cell.append(field);
    field.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (typed === undefined) field.select();
    let over = false;
    const end = (keep, to) => {
      if (over) return;
      over = true;
      const { value } = field;
      field.remove();
      cell.classList.remove("editing");
      to?.focus();
      if (keep && value !== before) this.put([[cell, value]]);
    };
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      const { key, shiftKey } = event;
      if (key === "Escape") return void (event.preventDefault(), end(false, cell));
      if (key === "Enter" && !shiftKey) return void (event.preventDefault(), end(true, this.near(cell, 1, 0) ?? cell));
      if (key === "Tab") {
        event.preventDefault();
        end(true, this.near(cell, 0, shiftKey ? -1 : 1) ?? cell);
      }
    });
    field.addEventListener("blur", () => end(true));
  }

  #name(cell) {
    return this.querySelectorAll("thead .column-name")[Number(cell.dataset.c)]?.textContent ?? "";
  }

  #copy(event) {
    const cell = event.target.closest?.("td[data-c]");
    if (!cell || event.target.matches("input, textarea") || String(getSelection())) return;
    event.clipboardData.setData("text/plain", cell.dataset.text);
    event.preventDefault();
  }

  /** Several cells of a spreadsheet, from this one to the right and down. */
  #paste(event) {
    const cell = event.target.closest?.("td[data-c]");
    if (!cell || !this.mayEdit || event.target.matches("input, textarea")) return;
    const text = event.clipboardData.getData("text/plain");
    if (!text) return;
    event.preventDefault();
    const wanted = [];
    let lost = 0;
    table(text).forEach((line, down) =>
      line.forEach((value, right) => {
        const to = this.near(cell, down, right);
        if (!to) lost += 1;
        else if (to.dataset.text !== value) wanted.push([to, value]);
      }),
    );
    if (lost) say(`${lost} cell${lost === 1 ? "" : "s"} had no place on this page of the sheet. What fits was pasted.`, { bad: true });
    if (wanted.length) this.put(wanted);
  }

  /** Show it at once, and put it right by what the server says; back where it says no. */
  put(wanted) {
    const undo = wanted.map(([cell]) => [cell.parentElement.dataset.row, cell.dataset.c, cell.dataset.text]);
    const changes = wanted.map(([cell, value]) => [Number(cell.parentElement.dataset.row), Number(cell.dataset.c), value]);
    for (const [cell, value] of wanted) paint(cell, value, true);
    saving += 1;
    queue = queue.then(() => this.#send(changes)).finally(() => (saving -= 1)).catch((error) => {
      for (const [row, column, text] of undo) {
        const cell = document.querySelector(`tr[data-row="${row}"] td[data-c="${column}"]`);
        if (cell) paint(cell, text, false);
      }
      say(error instanceof TypeError ? "The server does not answer. The cell is as it was; try again." : error.message, { bad: true, link: error.link });
    });
  }

  async #send(changes) {
    const headers = { ...proof(), "HX-Request": "true" };
    const answer = await fetch(this.dataset.cells, { method: "POST", headers, body: new URLSearchParams({ changes: JSON.stringify(changes) }) });
    if (!answer.ok || answer.status === 204) throw refused({ message: told(answer) }, "That was not saved. Try again.");
    const mold = document.createElement("template");
    mold.innerHTML = `<table><tbody>${await answer.text()}</tbody></table>`;
    for (const fresh of mold.content.querySelectorAll("tr")) renew(fresh);
    document.body.dispatchEvent(new Event("rows-changed"));
  }
}

const told = (answer) => {
  try {
    return JSON.parse(answer.headers.get("HX-Trigger")).toast.text;
  } catch {
    return undefined;
  }
};

function paint(cell, text, saving) {
  cell.dataset.text = text;
  cell.toggleAttribute("data-saving", saving);
  const box = cell.querySelector(".cell");
  box.replaceChildren(Object.assign(document.createElement("span"), { className: "cell-text", textContent: text }));
}

/** The row as the server has it; a cell of it that is being edited or has the focus keeps it. */
function renew(fresh) {
  const old = document.getElementById(fresh.id);
  if (!old) return;
  const field = old.querySelector(".cell-edit");
  const here = document.activeElement?.closest?.("td[data-c]");
  const column = old.contains(here) ? here.dataset.c : null;
  if (field) {
    // Not under the hands of somebody who types; what is typed brings the row anew.
    const kept = field.closest("td");
    for (const cell of fresh.querySelectorAll("td")) {
      const twin = cell.dataset.c === undefined ? old.querySelector(".row-state") : old.querySelector(`td[data-c="${cell.dataset.c}"]`);
      if (twin !== kept) twin.replaceWith(cell);
    }
    window.htmx?.process(old);
    return;
  }
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
  if (column !== null) fresh.querySelector(`td[data-c="${column}"]`)?.focus({ preventScroll: true });
}

/** Lines and cells of what a spreadsheet copies; "quoted" ones may have both in them. */
export function table(text) {
  const lines = [[]];
  let cell = "";
  let quoted = false;
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < plain.length; at += 1) {
    const letter = plain[at];
    if (quoted && letter === '"' && plain[at + 1] === '"') (cell += '"'), (at += 1);
    else if (quoted && letter === '"') quoted = false;
    else if (!quoted && letter === '"' && !cell) quoted = true;
    else if (!quoted && letter === "\t") (lines.at(-1).push(cell), (cell = ""));
    else if (!quoted && letter === "\n") (lines.at(-1).push(cell), (cell = ""), lines.push([]));
    else cell += letter;
  }
  lines.at(-1).push(cell);
  return lines;
}

customElements.define("batch-sheet", BatchSheet);

/* --- while it runs: what can be done stays under the hand of somebody who is about to do it -------- */
const open = () => document.querySelector("#acts details[open]");
let stale = false;
document.addEventListener("htmx:oobBeforeSwap", ({ target, detail }) => {
  if (target.id !== "acts" || !open()) return;
  detail.shouldSwap = false;
  stale = true;
});
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const menu = open();
  if (detail.requestConfig.verb === "post" && menu?.contains(detail.elt) && detail.target?.id === "live") menu.open = false;
});
document.addEventListener("toggle", ({ target }) => {
  const live = document.getElementById("live");
  if (target.open || !stale || !live || !target.closest?.("#acts")) return;
  stale = false;
  window.htmx.ajax("GET", `${live.dataset.live}?was=&ended=`, { target: "#live", swap: "outerHTML" });
}, true);

/** The sheet follows when a row has ended, whoever brought the news. */
let known = document.getElementById("live")?.dataset.ended;
document.addEventListener("htmx:afterSettle", () => {
  const now = document.getElementById("live")?.dataset.ended;
  if (now === known) return;
  known = now;
  document.body.dispatchEvent(new Event("sheet-changed"));
});
