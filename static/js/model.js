/**
 * The viewer of a 3D model on its page: sways by itself until somebody takes hold of it, unless
 * movement is unwelcome. Where it cannot be shown, its picture stays and words say so.
 */

import "../vendor/model-viewer.min.js";
import { calm } from "./page.js";

const START = "28deg 75deg 88%";
/** How far it sways to each side, in radians, and how many milliseconds there and back take: never
 * so far that only the back is seen. */
const REACH = 0.45;
const PERIOD = 9000;

for (const place of document.querySelectorAll("[data-model]")) {
  const viewer = place.querySelector("model-viewer");
  const button = place.querySelector('[data-do="turn"]');
  let frame = 0;
  let spent = 0;
  let last = 0;

  const step = (now) => {
    // A tab that was hidden goes on where it was.
    spent += Math.min(now - last, 100);
    last = now;
    viewer.resetTurntableRotation(REACH * Math.sin((spent / PERIOD) * 2 * Math.PI));
    frame = requestAnimationFrame(step);
  };

  const sway = (on) => {
    cancelAnimationFrame(frame);
    frame = 0;
    last = performance.now();
    if (on) frame = requestAnimationFrame(step);
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", on ? "Stop turning" : "Turn by itself");
  };

  const actions = {
    turn: () => sway(!frame),
    reset() {
      sway(false);
      spent = 0;
      viewer.resetTurntableRotation(0);
      // Written twice: the same value again would change nothing.
      viewer.cameraOrbit = viewer.getCameraOrbit().toString();
      viewer.cameraOrbit = START;
      viewer.cameraTarget = "auto auto auto";
      viewer.fieldOfView = "auto";
    },
  };

  viewer.addEventListener("load", () => {
    place.dataset.state = "shown";
    sway(!calm.matches);
  });
  viewer.addEventListener("error", () => (place.dataset.state = "failed"));
  // Taken hold of, it stays as it was put.
  viewer.addEventListener("camera-change", ({ detail }) => detail.source === "user-interaction" && frame && sway(false));
  calm.addEventListener("change", () => calm.matches && sway(false));
  place.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-do]");
    if (chosen) actions[chosen.dataset.do]();
  });
}
