/** Short words at the edge of the page, with a way back for as long as they are there. */

import { wayIn } from "./page.js";

const SECONDS = 10;
const stack = document.getElementById("toasts");

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
  stack.append(toast);
  watch(toast);
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
