/**
 * The viewer of a 3D model on its page: turns by itself until somebody takes hold of it, unless
 * movement is unwelcome. Where the browser cannot show it, its picture stays and words say why.
 */

import "../vendor/model-viewer.min.js";
import { calm } from "./page.js";

const START = "28deg 75deg 88%";

for (const place of document.querySelectorAll("[data-model]")) {
  const viewer = place.querySelector("model-viewer");
  const turn = place.querySelector('[data-do="turn"]');

  const turning = (on) => {
    viewer.autoRotate = on;
    turn.setAttribute("aria-pressed", String(on));
    turn.setAttribute("aria-label", on ? "Stop turning" : "Turn by itself");
  };
  const actions = {
    turn: () => turning(!viewer.autoRotate),
    reset() {
      turning(false);
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
    turning(!calm.matches);
  });
  viewer.addEventListener("error", () => (place.dataset.state = "failed"));
  // Taken hold of, it stays as it was put.
  viewer.addEventListener("camera-change", ({ detail }) => detail.source === "user-interaction" && viewer.autoRotate && turning(false));
  calm.addEventListener("change", () => calm.matches && turning(false));
  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) actions[button.dataset.do]();
  });
}
