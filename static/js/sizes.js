/** Pills beside width and height: common sizes, and the shape of the picture itself. */

import { change } from "./page.js";

const fields = () => document.getElementById("operation-form").elements;

function press(sizes) {
  const { width, height } = fields();
  for (const pill of sizes.querySelectorAll("[data-width]")) {
    const same = pill.dataset.width === width.value && pill.dataset.height === height.value;
    pill.setAttribute("aria-pressed", String(same));
  }
}

/** The size of the picture, within what the fields allow and with even numbers. */
function sizeOfSource() {
  const asset = document.querySelector('asset-drop[data-kind="image"]')?.asset;
  if (!asset?.width) return null;
  const most = Math.min(1920, Number(fields().width.max));
  const scale = Math.min(1, most / Math.max(asset.width, asset.height));
  return [asset.width, asset.height].map((n) => Math.max(64, 2 * Math.round((n * scale) / 2)));
}

document.addEventListener("settled", () => {
  for (const sizes of document.querySelectorAll("[data-sizes]")) press(sizes);
  for (const pill of document.querySelectorAll("[data-size-of]")) pill.disabled = !sizeOfSource();
});
document.addEventListener("click", ({ target }) => {
  const pill = target.closest("[data-sizes] button");
  if (!pill) return;
  const [width, height] = pill.dataset.width ? [pill.dataset.width, pill.dataset.height] : sizeOfSource();
  change(fields().width, width);
  change(fields().height, height);
});
