/** The library: videos that move under the pointer. */

import { calm } from "./page.js";

/* --- previews --------------------------------------------------------------------------------------- */
function show(tile) {
  if (calm.matches || tile.querySelector("video")) return;
  const video = Object.assign(document.createElement("video"), { src: tile.dataset.preview, muted: true, loop: true, playsInline: true });
  video.setAttribute("aria-hidden", "true");
  video.tabIndex = -1;
  tile.querySelector(".thumb").append(video);
  video.play().catch(() => video.remove());
}
const hide = (tile) => tile.querySelector("video")?.remove();
const tileOf = (event) => event.target.closest?.("[data-preview]");

document.addEventListener("pointerover", (event) => event.pointerType === "mouse" && tileOf(event) && show(tileOf(event)));
document.addEventListener("pointerout", (event) => {
  const tile = tileOf(event);
  if (tile && !tile.contains(event.relatedTarget)) hide(tile);
});
document.addEventListener("focusin", (event) => tileOf(event) && event.target.matches(":focus-visible") && show(tileOf(event)));
document.addEventListener("focusout", (event) => tileOf(event) && hide(tileOf(event)));
