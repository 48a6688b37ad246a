/** Where the rows of a new batch come from: a sheet that is dropped anywhere, or files that go into
 *  the library first. */

import { dropped, plain } from "./entries.js";
import { change, isTyping, takeDrops } from "./page.js";
import { say } from "./toast.js";
import { Tray } from "./tray.js";

const SHEET = /\.(csv|tsv|txt|xlsx|jsonl?|xlsm)$/i;
const LARGE = 50_000; // letters
const form = document.getElementById("source-form");
const tray = new Tray(document.getElementById("tray"), form.dataset.upload, form.dataset.zips);
const box = document.querySelector("batch-files");
const field = document.getElementById("file-ids");
const came = new Map(); // id → title, in the order in which they came

const source = (name) => {
  document.getElementById(`from-${name}`).checked = true;
  settle();
};

/** Only what is looked at is sent. */
function settle() {
  const chosen = form.elements.source.value;
  field.disabled = chosen !== "files";
  const chosenFiles = document.getElementById("library-ids");
  if (chosenFiles) chosenFiles.disabled = chosen !== "library";
  document.getElementById("file").disabled = chosen !== "sheet";
}

/* --- a sheet ---------------------------------------------------------------------------------------- */
function takeSheet(file) {
  source("sheet");
  const transfer = new DataTransfer();
  transfer.items.add(file);
  const input = document.getElementById("file");
  input.files = transfer.files;
  input.focus();
}

/** Thousands of lines would make a field that nobody can type in: they are a file. */
document.getElementById("text").addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (text.length < LARGE) return;
  event.preventDefault();
  takeSheet(new File([text], "Pasted sheet.csv", { type: "text/csv" }));
  say(`${text.trim().split("\n").length.toLocaleString("en")} lines are taken as a file.`);
});

/* --- files ------------------------------------------------------------------------------------------ */
function takeFiles(found) {
  source("files");
  tray.add(found);
}

function count() {
  for (const row of tray.rows) if (row.asset) came.set(row.asset.id, row.asset.title);
  for (const row of tray.rows) if (row.asset && row.state === "canceled") came.delete(row.asset.id);
  field.value = [...came.keys()].join(",");
  const words = came.size ? `${came.size} file${came.size === 1 ? "" : "s"} in the library, a row for each.` : "No file yet.";
  box.querySelector("[data-came]").textContent = tray.busy ? `${words} More are on their way.` : words;
}

document.addEventListener("uploads-done", count);
box.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-pick]");
  if (button) document.getElementById(`pick-${button.dataset.pick}`).click();
});
for (const input of box.querySelectorAll("[type=file]"))
  input.addEventListener("change", () => {
    if (input.files.length) takeFiles(plain(input.files));
    input.value = "";
  });

takeDrops("Drop a sheet, or files and folders", async (files, _, transfer) => {
  if (files.length === 1 && SHEET.test(files[0].name)) return takeSheet(files[0]);
  takeFiles(await dropped(files, transfer));
});
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  const text = event.clipboardData?.getData("text/plain");
  // A spreadsheet puts a picture of its cells beside their text.
  if (!files.length || text || isTyping(event.target)) return;
  event.preventDefault();
  if (SHEET.test(files[0].name)) takeSheet(files[0]);
  else takeFiles(plain(files));
});
document.addEventListener("click", ({ target }) => {
  const sample = target.closest("[data-sample]");
  if (!sample) return;
  const text = document.getElementById("text");
  change(text, sample.dataset.sample);
  text.focus();
});
form.addEventListener("change", settle);
// A sheet that was typed stands for itself once somebody goes on typing.
document.getElementById("text").addEventListener("input", () => (document.getElementById("file").value = ""));
settle();
