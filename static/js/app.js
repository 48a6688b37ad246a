/** What every page does: talking to the server, toasts, keys, players. */

import { calm, isTyping, proof, refused } from "./page.js";
import { say } from "./toast.js";

document.addEventListener("htmx:configRequest", (event) => {
  Object.assign(event.detail.headers, proof());
});
document.addEventListener("htmx:sendError", () => quietly("The server does not answer. Trying again."));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr, elt } = event.detail;
  // What is asked for again and again may be gone by now; that is no news for anybody.
  if (elt.hasAttribute("data-job-card") || elt.id === "status") return;
  if (xhr.getResponseHeader("HX-Trigger")?.includes("toast")) return; // it has said so itself
  say(xhr.status === 403 ? "You may not do this." : `That did not work (${xhr.status}). Try again.`, { bad: true });
});
document.addEventListener("toast", (event) => say(event.detail.text, { bad: event.detail.bad }));

// htmx reads what it has put in only after a pause for transitions; a press in between would be lost.
for (const name of ["htmx:afterSwap", "htmx:oobAfterSwap"]) document.addEventListener(name, ({ target }) => window.htmx.process(target));

let silentUntil = 0;
/** Polls that fail say so once a minute, not once a poll. */
function quietly(text) {
  if (Date.now() < silentUntil) return;
  silentUntil = Date.now() + 60_000;
  say(text, { bad: true });
}

/* --- hearts: shown at once, put back if the server says no -------------------------------------- */
document.addEventListener("submit", (event) => {
  const heart = event.submitter;
  if (!heart?.matches("[data-favorite]")) return;
  event.preventDefault();
  setFavorite(heart, heart.value === "1");
});

function paint(heart, on) {
  heart.setAttribute("aria-pressed", String(on));
  heart.value = on ? "0" : "1";
}

async function setFavorite(heart, on) {
  paint(heart, on);
  const body = new URLSearchParams({ favorite: on ? "1" : "0" });
  try {
    const answer = await fetch(heart.formAction, { method: "POST", body, headers: { ...proof(), Accept: "application/json" } });
    if (!answer.ok) throw refused(await answer.json().catch(() => ({})), "That was not saved. Try again.");
    if (!on) say("No longer a favorite.", { undo: () => setFavorite(heart, true) });
  } catch (error) {
    paint(heart, !on);
    say(error.message, { bad: true, link: error.link });
  }
}

/* --- clicks --------------------------------------------------------------------------------------- */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-close-dialog]");
  if (!button) return;
  if (button.hasAttribute("data-close-dialog")) return button.closest("dialog").close();
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  say("Copied.");
});

/* --- menus: a press elsewhere or Escape closes them ------------------------------------------------ */
const menus = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("click", ({ target }) => {
  for (const menu of menus()) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* --- keys: single letters only while nobody types ------------------------------------------------- */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const target = document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
  if (!target || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  if (target.matches("input")) target.select();
  else target.click();
});

/* --- players: start in sight, unless movement is unwelcome ---------------------------------------- */
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting && !calm.matches) target.play().catch(() => {});
    else target.pause();
  }
});

/** A player in a card shows its buttons while somebody is at it; without this script always. */
function tame(video) {
  const start = () => {
    video.controls = true;
    if (!calm.matches) video.play().catch(() => {});
  };
  const rest = () => {
    if (video.matches(":hover, :focus-within") || document.fullscreenElement === video) return;
    video.controls = false;
    if (!("autoplay" in video.dataset)) video.pause();
  };
  video.controls = false;
  video.tabIndex = 0;
  for (const name of ["pointerenter", "focus", "click"]) video.addEventListener(name, start);
  for (const name of ["pointerleave", "blur"]) video.addEventListener(name, rest);
}

function wake(root) {
  for (const video of root.querySelectorAll(":is(.job, .shot) video:not([tabindex])")) tame(video);
  for (const video of root.querySelectorAll("video[data-autoplay]")) {
    video.muted = true;
    watcher.observe(video);
  }
}

document.addEventListener("htmx:afterSettle", (event) => {
  const { target } = event.detail;
  wake(target.isConnected ? target.parentElement ?? target : document);
});
wake(document);
