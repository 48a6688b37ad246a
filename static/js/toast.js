/** Short words at the edge of the page, with a way back for as long as they are there. */

import { wayIn } from "./page.js";

const SECONDS = 10;
const MOST = 3;
const stack = document.getElementById("toasts");
const home = stack?.parentElement;

export function say(text, { bad = false, undo = null, link = "" } = {}) {
  if (!text || !stack) return;
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.classList.toggle("bad", bad);
  toast.querySelector("span").textContent = text;
  if (undo) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button slim", textContent: "Undo" });
    button.addEventListener("click", () => (toast.remove(), undo()));
    toast.querySelector("span").after(button);
  }
  if (link) toast.querySelector("span").append(" ", wayIn(link));
  makeRoom(toast, Boolean(undo));
  stack.append(toast);
  place();
  watch(toast);
}

/** The same words stand there once, and not more than a few others. A way back goes last. */
function makeRoom(toast, undo) {
  const words = (one) => one.querySelector("span").textContent;
  const there = [...stack.querySelectorAll(".toast")];
  if (!undo) for (const one of there) if (words(one) === words(toast) && !goesBack(one)) one.remove();
  const left = [...stack.querySelectorAll(".toast")].sort((a, b) => goesBack(a) - goesBack(b));
  for (const one of left.slice(0, Math.max(0, left.length - MOST + 1))) one.remove();
}

/** Whether something can be undone with it. */
const goesBack = (toast) => Boolean(toast.querySelector("button:not([data-close])"));

/** What stands outside an open sheet is neither seen nor pressed. */
function place() {
  const sheet = [...document.querySelectorAll("dialog:modal")].at(-1);
  const target = sheet ?? home;
  if (stack.parentElement === target) return;
  target.append(stack);
  sheet?.addEventListener("close", place, { once: true });
}

function watch(toast) {
  let timer = setTimeout(() => toast.remove(), SECONDS * 1000);
  const hold = () => clearTimeout(timer);
  const release = () => ((timer = setTimeout(() => toast.remove(), 4000)));
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusout", release);
  toast.querySelector("[data-close]").addEventListener("click", () => toast.remove());
}

if (stack) for (const toast of stack.querySelectorAll("[data-toast]")) watch(toast);
