/** The library: videos that move under the pointer, files dropped. */

import { calm, takeDrops } from "./page.js";
import { say } from "./toast.js";
import { upload } from "./upload.js";

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

/* --- files dropped anywhere, or chosen -------------------------------------------------------------- */
const form = document.querySelector("[data-library-drop]");

async function take(files) {
  const refused = [];
  let taken = 0;
  for (const [index, file] of [...files].entries()) {
    form.querySelector("button").lastChild.textContent = ` Uploading ${index + 1} of ${files.length}`;
    try {
      await upload(form.action, { file });
      taken += 1;
    } catch (error) {
      refused.push([`${file.name}: ${error.message}`, error.link]);
    }
  }
  if (refused.length) {
    form.querySelector("button").lastChild.textContent = " Upload";
    for (const [text, link] of refused) say(text, { bad: true, link });
  }
  if (taken && !refused.length) location.assign(form.dataset.done ?? location.pathname);
  else if (taken) say(`${taken} of ${files.length} files are in the library. Reload to see them.`);
}

if (form) {
  const input = form.elements.file;
  input.multiple = true;
  input.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    input.click();
  });
  input.addEventListener("change", () => input.files.length && take(input.files));
  takeDrops("Drop files to add them to the library", take);
}
