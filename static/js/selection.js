/** Choosing many in the library: boxes, ranges, everything that fits; the bar with what can be done. */

import { change, send, sayWhy } from "./bulk.js";
import { collect } from "./collect.js";
import { isTyping, proof } from "./page.js";

// Another search brings other tiles and another bar, so they are looked up each time.
const bar = () => document.getElementById("bulk");
const tiles = () => document.getElementById("tiles");
const total = () => Number(bar()?.dataset.total ?? 0);
const chosen = new Set();
let everything = false;
let query = "";
let last = null;

const boxes = () => [...(tiles()?.querySelectorAll(".choose input") ?? [])];
const wanted = () => (everything ? { filter: bar().dataset.query } : { ids: [...chosen].join(",") });
const many = () => (everything ? total() : chosen.size);
const number = (n) => n.toLocaleString("en");

function paint() {
  document.body.classList.toggle("has-bulk", many() > 0 && !!bar());
  if (!bar()) return;
  for (const box of boxes()) {
    if (everything) chosen.add(box.value);
    box.checked = chosen.has(box.value);
    box.closest(".tile").toggleAttribute("data-chosen", box.checked);
  }
  bar().classList.toggle("open", many() > 0);
  tiles().classList.toggle("choosing", many() > 0);
  for (const button of bar().querySelectorAll("[data-do]")) button.hidden = false;
  document.getElementById("bulk-count").textContent = everything ? `All ${number(total())}` : `${number(chosen.size)} chosen`;
  bar().querySelector('[data-do="all"]').hidden = everything || chosen.size >= total();
  if (!many()) for (const menu of bar().querySelectorAll("details[open]")) menu.open = false;
}

function none() {
  chosen.clear();
  everything = false;
  last = null;
  paint();
}

function all() {
  everything = true;
  paint();
}

/** One box, or with Shift all from the last one to it. */
function choose(box, on, range) {
  everything = false;
  const row = boxes();
  const [from, to] = [row.indexOf(last), row.indexOf(box)].sort((a, b) => a - b);
  const meant = range && from >= 0 ? row.slice(from, to + 1) : [box];
  for (const one of meant) chosen[on ? "add" : "delete"](one.value);
  last = box;
  paint();
}

function another() {
  const asked = bar()?.dataset.query ?? "";
  if (asked !== query) (chosen.clear(), (everything = false));
  query = asked;
}

let shift = false;
function start() {
  query = bar()?.dataset.query ?? "";
  document.addEventListener("click", (event) => {
    const tile = event.target.closest("#tiles .tile");
    if (!tile) return acts[event.target.closest("#bulk [data-do]")?.dataset.do]?.();
    shift = event.shiftKey;
    const box = tile.querySelector(".choose input");
    // While some are chosen, a press on a picture chooses; its title still opens it by keyboard.
    if (!box || !many() || event.target.closest(".choose, .heart") || event.detail === 0 || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(box, !box.checked, shift);
  });
  document.addEventListener("change", ({ target }) => target.matches("#tiles .choose input") && choose(target, target.checked, shift));
  for (const box of boxes()) if (box.checked) chosen.add(box.value); // the browser kept it over a reload
  // What another search brings is another set; more of the same one leaves what is chosen.
  document.addEventListener("htmx:afterSwap", ({ target }) => target.matches?.("#found") && another());
  document.addEventListener("htmx:afterSettle", paint);
  document.addEventListener("submit", (event) => event.target === bar() && submit(event));
  document.addEventListener("keydown", keys);
  paint();
}

/* --- what is done ----------------------------------------------------------------------------------- */
function submit(event) {
  event.preventDefault();
  const [verb, value = document.getElementById("bulk-tags")?.value ?? ""] = (event.submitter?.value ?? "tag").split(/:(.*)/);
  act(verb, value);
}

async function act(verb, value = "") {
  if (everything && !(await sure(verb, value))) return;
  const leaves = verb === "move" && !["all", value].includes(proof()["X-Client"]);
  const gone = verb === "trash" || verb === "restore" || verb === "uncollect" || leaves;
  const meant = new Set(chosen);
  await change(bar().action, { verb, value, ...wanted() }, (undone) => {
    if (gone && everything && !undone) return location.reload();
    if (gone) for (const box of boxes()) if (meant.has(box.value)) box.closest(".tile").hidden = !undone;
    if (!gone) mark(meant, verb, value, undone);
    if (gone && !undone) none();
  });
}

/** Everything that fits reaches further than what is seen: it is counted and asked for first. */
async function sure(verb, value) {
  try {
    const told = await send(bar().action, { verb, value, dry: "1", ...wanted() });
    const zips = told.zips ? ` ZIPs of the former client with some of them are deleted: ${number(told.zips)}.` : "";
    return confirm(`This changes ${number(told.changed)} of the ${number(told.matched)} files that fit.${zips} Go on? It can be undone.`);
  } catch (error) {
    sayWhy(error);
    return false;
  }
}

/** The tiles say what they have become; after an undo the page is asked. */
function mark(ids, verb, value, undone) {
  if (undone) return location.reload();
  for (const box of boxes()) {
    if (!ids.has(box.value)) continue;
    const tile = box.closest(".tile");
    if (verb === "rate") tile.dataset.rating = value;
    if (verb === "move") for (const cell of tile.querySelectorAll(".cell.client")) cell.textContent = value === "none" ? "" : bar().querySelector(`[value="move:${value}"]`)?.textContent ?? "";
    if (verb === "flag") tile.dataset.flag = value;
    const heart = tile.querySelector(".heart");
    if (heart && verb.endsWith("favorite")) {
      heart.setAttribute("aria-pressed", String(verb === "favorite"));
      heart.value = verb === "favorite" ? "0" : "1";
    }
  }
}

const acts = {
  none,
  all,
  collect: () => collect(({ id }) => act("collect", id)),
  cull: () => location.assign(`${bar().dataset.cull}?${everything || !chosen.size ? bar().dataset.query : new URLSearchParams(wanted())}`),
  share: () => location.assign(`${bar().dataset.share}?${new URLSearchParams(wanted())}`),
  // More than can be sent are refused in words: the address need not name all of them.
  send: () => location.assign(`${bar().dataset.send}?${new URLSearchParams(everything ? wanted() : { ids: [...chosen].slice(0, 101).join(",") })}`),
  // There may be thousands, for which an address has no room.
  batch: () => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: bar().dataset.batch });
    for (const [name, value] of Object.entries({ choose: "1", csrfmiddlewaretoken: proof()["X-CSRFToken"], ...wanted() }))
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    document.body.append(form);
    form.submit();
  },
  zip: async () => {
    try {
      location.assign((await send(bar().dataset.zip, wanted())).page);
    } catch (error) {
      sayWhy(error);
    }
  },
};

function keys(event) {
  if (event.target.id === "bulk-tags" && event.key === "Enter") return event.preventDefault(), act("tag", event.target.value);
  if (!bar() || isTyping(event.target) || document.querySelector("dialog[open]") || event.altKey) return;
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && key === "a") {
    event.preventDefault();
    return all();
  }
  if (event.ctrlKey || event.metaKey) return;
  if (key === "q") return acts.cull();
  if (!many()) return;
  if (key === "escape" && !bar().querySelector("details[open]")) none();
  else if (/^[0-5]$/.test(key)) act("rate", key);
  else if (key === "p") act("flag", "pick");
  else if (key === "x") act("flag", "reject");
  else if (key === "u") act("flag", "");
  else if (key === "f") act("favorite");
  else if (key === "a") acts.collect();
  else if (key === "s" && bar().querySelector('[data-do="share"]')) acts.share();
  else if (key === "delete") act(bar().querySelector('[value="restore"]') ? "restore" : "trash");
  else if (key === "t" && bar().querySelector("#bulk-tags")) {
    event.preventDefault();
    bar().querySelector("details:has(#bulk-tags)").open = true;
    bar().querySelector("#bulk-tags").focus();
  }
}

start();
