/** The drawing of a sound: shows where it is, and a press there goes there. */

// As assets/media/sound.py draws it: two bars of air on each side of the 96.
const AIR = 2 / 100;

const wave = document.querySelector(".sound-wave");
const player = document.querySelector(".sound audio");

function show() {
  const now = wave.querySelector(".now");
  now.hidden = !player.duration;
  now.style.insetInlineStart = `${100 * (AIR + (1 - 2 * AIR) * (player.currentTime / (player.duration || 1)))}%`;
}

/** The player tells the time four times a second only. */
function follow() {
  show();
  if (!player.paused) requestAnimationFrame(follow);
}

function go(event) {
  const { left, width } = wave.getBoundingClientRect();
  const share = ((event.clientX - left) / width - AIR) / (1 - 2 * AIR);
  player.currentTime = Math.min(1, Math.max(0, share)) * player.duration;
  show();
}

if (wave && player) {
  player.addEventListener("play", follow);
  for (const name of ["seeked", "loadedmetadata", "pause"]) player.addEventListener(name, show);
  wave.addEventListener("pointerdown", (event) => {
    if (event.button || !player.duration) return;
    go(event);
    wave.setPointerCapture(event.pointerId);
    wave.addEventListener("pointermove", go);
    const end = () => wave.removeEventListener("pointermove", go);
    for (const name of ["pointerup", "pointercancel"]) wave.addEventListener(name, end, { once: true });
  });
  wave.querySelector("img").draggable = false;
  wave.classList.add("live");
  if (player.readyState) show();
}
