/** Culling: one file at a time, a key for each decision, saved at once. */

import { change } from "./bulk.js";
import { collect } from "./collect.js";
import { isTyping, proof } from "./page.js";
import { say } from "./toast.js";
import { verdicts } from "./verdicts.js";

const root = document.getElementById("cull");
const get = (name) => document.getElementById(`cull-${name}`);
const writes = root && "writes" in root.dataset;
let total = Number(root?.dataset.total ?? 0);
const items = [];
const done = []; // what was decided here, the newest last: {at, before}
let at = 0;
let after = ""; // where the next part of the list begins
let loading = null;

const queue = root && verdicts(root.dataset.who, (id) => root.dataset.judge.replace(/0{8}-[0-]+/, id), (left, error) => {
  const state = get("saving");
  state.hidden = !left;
  state.textContent = left ? `${left} not saved yet, trying again` : "";
  if (error) say(`Not saved: ${error.message}`, { bad: true, link: error.link });
});

/* --- the list, in parts ------------------------------------------------------------------------------- */
const isMore = () => items.length < total;

/** The next part; who asks while it comes waits for the same one. */
function load() {
  loading ??= part().finally(() => (loading = null));
  return loading;
}

async function part() {
  const query = new URLSearchParams(root.dataset.query);
  if (after) query.set("after", after);
  const answer = await fetch(`?${query}`, { headers: { ...proof(), Accept: "application/json" } });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? "The files could not be listed.");
  const { results, next } = await answer.json();
  items.push(...results.slice(0, total - items.length).map(queue.over));
  after = next;
  if (!next) get("progress").max = total = items.length; // some are gone since they were counted
}

async function begin() {
  try {
    const here = location.hash.slice(1);
    do await load();
    while (isMore() && here && !items.some(({ id }) => id === here));
    const place = items.findIndex(({ id }) => id === here);
    show(Math.max(0, place));
  } catch (error) {
    say(`${error.message} Reload to try again.`, { bad: true });
  }
}

/* --- showing ----------------------------------------------------------------------------------------- */
function picture(item, alt) {
  const image = Object.assign(new Image(), { src: item.kind === "image" && item.file ? item.file : item.still, alt });
  image.decoding = "async";
  return image;
}

function view(item) {
  const words = item.alt || item.title;
  if (item.kind === "video" && item.file) {
    return [Object.assign(document.createElement("video"), { src: item.file, poster: item.still, controls: true, autoplay: true, loop: true, muted: true, playsInline: true, ariaLabel: words })];
  }
  const parts = item.still || item.file ? [picture(item, words)] : [Object.assign(document.createElement("p"), { textContent: `${item.title} cannot be shown here.` })];
  if (item.kind === "audio" && item.file) parts.push(Object.assign(document.createElement("audio"), { src: item.file, controls: true, ariaLabel: words }));
  return parts;
}

let ahead = null;
let asked = 0;
async function show(place) {
  const mine = ++asked;
  if (place >= items.length && isMore()) {
    try {
      await load();
    } catch (error) {
      return say(`${error.message} Try again.`, { bad: true });
    }
    if (mine !== asked) return; // another one was asked for meanwhile
    return show(place);
  }
  at = Math.min(place, items.length);
  const item = items[at];
  get("end").hidden = Boolean(item);
  root.hidden = !item;
  get("place").textContent = item ? `${at + 1} of ${total}` : `${total} of ${total}`;
  get("progress").value = at;
  if (!item) return end();
  history.replaceState(null, "", `#${item.id}`);
  get("stage").classList.remove("whole");
  get("stage").replaceChildren(...view(item));
  get("title").textContent = item.title;
  paint(item);
  const next = items[at + 1];
  ahead = next && next.kind !== "video" && (next.still || next.file) ? picture(next, "") : null;
  if (isMore() && at > items.length - 50) load().catch(() => {});
}

function paint(item) {
  for (const button of root.querySelectorAll("[data-flag]")) button.setAttribute("aria-pressed", String(button.dataset.flag === item.flag));
  for (const button of root.querySelectorAll("[data-rating]")) button.setAttribute("aria-pressed", String(Number(button.dataset.rating) <= item.rating));
  root.querySelector("[data-favorite]")?.setAttribute("aria-pressed", String(item.favorite));
}

/* --- deciding ---------------------------------------------------------------------------------------- */
const sent = ({ flag, rating, favorite }) => ({ flag, rating: String(rating), favorite: favorite ? "1" : "0" });

function decide(said, onward) {
  const item = items[at];
  if (!writes || !item) return;
  const before = { flag: item.flag, rating: item.rating, favorite: item.favorite };
  Object.assign(item, said);
  done.push({ at, before });
  const now = sent(item);
  queue.save(item.id, Object.fromEntries(Object.keys(said).map((name) => [name, now[name]])));
  paint(item);
  if (onward && get("onward").checked) show(at + 1);
}

function undo() {
  const last = done.pop();
  if (!last) return say("There is nothing to undo.");
  const item = items[last.at];
  Object.assign(item, last.before);
  queue.save(item.id, sent(item));
  show(last.at);
}

const keys = {
  p: () => decide({ flag: "pick" }, true),
  x: () => decide({ flag: "reject" }, true),
  u: () => decide({ flag: "" }, false),
  f: () => decide({ favorite: !items[at]?.favorite }, false),
  z: () => get("stage").classList.toggle("whole"),
  arrowleft: () => show(Math.max(0, at - 1)),
  arrowright: () => show(at + 1),
  backspace: undo,
  "?": () => get("help").showModal(),
  escape: () => get("leave").click(),
};
for (const stars of "012345") keys[stars] = () => decide({ rating: Number(stars) }, stars !== "0");

function pressed(event) {
  const key = event.key.toLowerCase();
  if (document.querySelector("dialog[open]") || isTyping(event.target) || event.altKey) return;
  if ((event.ctrlKey || event.metaKey) && key === "z") return event.preventDefault(), undo();
  if (event.ctrlKey || event.metaKey || !keys[key]) return;
  // A player uses the arrows for itself while somebody is at it.
  if (key.startsWith("arrow") && event.target.matches("video, audio")) return;
  event.preventDefault();
  keys[key]();
}

/* --- the end ----------------------------------------------------------------------------------------- */
const flagged = (flag) => items.filter((item) => item.flag === flag);

function end() {
  const [picked, rejected] = [flagged("pick").length, flagged("reject").length];
  get("sum").textContent = `${picked} picked, ${rejected} rejected, ${items.length - picked - rejected} undecided.`;
  for (const button of get("end").querySelectorAll("[data-end]")) {
    if (button.dataset.end === "trash") button.disabled = !rejected;
    if (button.dataset.end === "collect") button.disabled = !picked;
  }
  get("end").focus();
}

const ids = (flag) => flagged(flag).map(({ id }) => id).join(",");
const ends = {
  trash: () => change(root.dataset.bulk, { verb: "trash", ids: ids("reject") }),
  collect: () => collect(({ id }) => change(root.dataset.bulk, { verb: "collect", value: id, ids: ids("pick") })),
  again: () => show(0),
};

if (root) {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", ({ target }) => {
    keys[target.closest("[data-key]")?.dataset.key.toLowerCase()]?.();
    ends[target.closest("[data-end]")?.dataset.end]?.();
  });
  get("stage").addEventListener("dblclick", keys.z);
  begin();
}
