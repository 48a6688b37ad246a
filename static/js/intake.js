/** All the ways into the library that a page has: chosen, a folder, dropped, pasted, photographed. */

import { dropped, plain } from "./entries.js";
import { isTyping, proof, takeDrops } from "./page.js";
import { Tray } from "./tray.js";

const form = document.querySelector("[data-library-drop]");
const tray = form && new Tray(document.getElementById("tray"), form.action, document.getElementById("upload-zip").dataset.zips);

const take = (files) => tray.add(plain(files));
const takeDropped = async (files, _, transfer) => tray.add(await dropped(files, transfer));

/** A picture of the clipboard is called image.png by every browser. */
function named(file) {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const at = new Date();
  const two = (number) => String(number).padStart(2, "0");
  const when = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}`;
  return new File([file], `Pasted ${when}.${file.name.split(".").pop()}`, { type: file.type, lastModified: at.getTime() });
}

/** What came is in the list, its counts and its filters; what is chosen, and what was loaded further
 *  down, stays as it is. */
async function showNew() {
  const found = document.getElementById("found");
  const old = document.getElementById("tiles");
  const answer = await fetch(location.href, { headers: { ...proof(), Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const tiles = page.getElementById("tiles");
  if (!page.getElementById("found")) return;
  document.getElementById("storage").replaceWith(page.getElementById("storage"));
  if (old && tiles) tell(page);
  let fresh = old;
  if (!old || !tiles || !putIn(old, tiles, found.dataset)) {
    fresh = old && tiles ? tiles : page.getElementById("found");
    (old && tiles ? old : found).replaceWith(fresh);
    window.htmx?.process(fresh);
  }
  // What follows the list hears of it as of any other change.
  window.htmx?.trigger(fresh, "htmx:afterSettle", { target: fresh });
}

/** The numbers around the list. */
function tell(page) {
  for (const part of [".found-bar p", '#bulk [data-do="all"]'])
    document.querySelector(part)?.replaceChildren(...(page.querySelector(part)?.childNodes ?? []));
  const bar = document.getElementById("bulk");
  if (bar) bar.dataset.total = page.getElementById("bulk").dataset.total;
  const [was, is] = [document, page].map((one) => one.querySelector('#found > [hx-target="#facets"]'));
  if (!was || !is) return;
  was.replaceWith(is);
  window.htmx?.process(is);
}

/** The new tiles among the old ones, without those that are gone; false where the two do not fit
 *  together without a gap. */
function putIn(old, tiles, { sort, view }) {
  const own = (list) => [...list.querySelectorAll(":scope > [data-asset]")];
  const more = (list) => list.querySelector(":scope > .more");
  const there = new Map(own(old).map((tile) => [tile.dataset.asset, tile]));
  const now = new Set(own(tiles).map((tile) => tile.dataset.asset));
  const last = more(tiles) ? [...there.keys()].findLastIndex((id) => now.has(id)) : there.size - 1;
  if (sort !== "newest" || view === "timeline" || last < 0) return false;
  // What is only out of sight can still come back by Undo.
  for (const tile of [...there.values()].slice(0, last + 1)) if (!now.has(tile.dataset.asset) && !tile.hidden) tile.remove();
  if (!more(tiles)) more(old)?.remove();
  let place = old.querySelector(":scope > [data-asset], :scope > .more");
  for (const tile of own(tiles)) {
    const mine = there.get(tile.dataset.asset);
    if (mine) place = mine.nextElementSibling;
    else if (place?.matches(".more")) break; // it will be loaded
    else {
      old.insertBefore(tile, place);
      window.htmx?.process(tile);
    }
  }
  return true;
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
