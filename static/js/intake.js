/** All the ways into the library that a page has: chosen, a folder, dropped, pasted, photographed. */

import { isTyping, takeDrops } from "./page.js";
import { Tray } from "./tray.js";

const form = document.querySelector("[data-library-drop]");
const tray = form && new Tray(document.getElementById("tray"), form.action, document.getElementById("upload-zip").dataset.zips);
const DEEPEST = 8;

/** Files of an input or a clipboard; those of a folder know its name. */
function take(files) {
  tray.add([...files].map((file) => ({ file, folders: (file.webkitRelativePath ?? "").split("/").slice(0, -1) })));
}

/** What was dropped, folders with all that is in them. */
async function takeDropped(files, _, transfer) {
  const entries = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return take(files);
  const found = [];
  for (const entry of entries) await walk(entry, [], found);
  tray.add(found);
}

async function walk(entry, folders, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) found.push({ file, folders });
  } else if (folders.length < DEEPEST) {
    const reader = entry.createReader();
    // A reader gives a hundred at a time.
    for (;;) {
      const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
      if (!some.length) break;
      for (const one of some) await walk(one, [...folders, entry.name], found);
    }
  }
}

/** A picture of the clipboard is called image.png by every browser. */
function named(file) {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const at = new Date();
  const two = (number) => String(number).padStart(2, "0");
  const when = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}`;
  return new File([file], `Pasted ${when}.${file.name.split(".").pop()}`, { type: file.type, lastModified: at.getTime() });
}

/** The list as it is now, in the place of the old one. */
async function showNew() {
  const old = document.getElementById("tiles") ?? document.querySelector("main .empty");
  if (!old) return location.reload();
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("tiles");
  if (!fresh) return;
  const count = ".found-bar p";
  document.querySelector(count)?.replaceChildren(...(page.querySelector(count)?.childNodes ?? []));
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
}

if (form) {
  const input = form.elements.file;
  input.multiple = true;
  input.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    input.click();
  });
  for (const one of document.querySelectorAll("[data-intake]")) {
    const more = document.getElementById(one.dataset.intake);
    one.hidden = false;
    one.addEventListener("click", () => more.click());
  }
  for (const one of form.querySelectorAll("input[type=file]"))
    one.addEventListener("change", () => {
      if (one.files.length) take(one.files);
      one.value = "";
    });
  takeDrops("Drop files or folders to add them to the library", takeDropped);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || isTyping(event.target)) return;
    event.preventDefault();
    take(files.map(named));
  });
  document.addEventListener("uploads-done", showNew);
}
