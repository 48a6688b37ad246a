/** A file of a board: mark a place in the picture, speak at a moment, walk by keys. */

const form = document.querySelector("[data-say]");
const held = document.querySelector("[data-markable]");
const player = document.querySelector("video, audio");
const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.02;
const typing = (target) => target.matches("input, textarea, select, video, audio");

/* --- a place in the picture ----------------------------------------------------------------------- */
const sides = held && form ? ["x", "y", "w", "h"].map((name) => form.elements[name]) : [];
const note = form?.querySelector("[data-marked]");
let draft = null;
let start = null;

const clamp = (value) => Math.min(1, Math.max(0, value));
const place = () => sides.map((field) => Number(field.value));

function mark(x, y, w = 0, h = 0) {
  const put = [clamp(x), clamp(y), w, h];
  sides.forEach((field, n) => (field.value = put[n].toFixed(5)));
  note.hidden = false;
  draw(put);
}

function draw([x, y, w, h]) {
  draft?.remove();
  draft = document.createElementNS(SVG, "g");
  const part = (name, given) => {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(given)) shape.setAttribute(key, `${value * 100}%`);
    draft.append(shape);
    return shape;
  };
  if (w || h) part("rect", { x, y, width: w, height: h });
  part("circle", { cx: x, cy: y }).setAttribute("r", "8");
  held.querySelector(".marks").append(draft);
}

function unmark() {
  for (const field of sides) field.value = "";
  note.hidden = true;
  draft?.remove();
}

const within = (event) => {
  const box = held.getBoundingClientRect();
  return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
};

function drag(event) {
  if (!start) return;
  const [x, y] = within(event);
  const w = Math.abs(x - start[0]);
  const h = Math.abs(y - start[1]);
  if (w < 0.01 && h < 0.01) mark(...start);
  else mark(Math.min(x, start[0]), Math.min(y, start[1]), w, h);
}

if (held && form) {
  held.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    start = within(event);
    if (event.pointerType === "mouse") held.setPointerCapture(event.pointerId);
  });
  held.addEventListener("pointermove", (event) => event.pointerType === "mouse" && drag(event));
  held.addEventListener("pointerup", (event) => {
    drag(event);
    start = null;
    if (event.pointerType === "mouse") form.elements.text.focus({ preventScroll: true });
  });
  held.addEventListener("pointercancel", () => (start = null));
  held.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (event.key === "Enter" && note.hidden) mark(0.5, 0.5);
    else if (event.key === "Enter") form.elements.text.focus();
    else if (event.key === "Escape" && !note.hidden) unmark();
    else if (move && !note.hidden) nudge(move, event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  note.querySelector("[data-unmark]").addEventListener("click", unmark);
  if (sides[0].value) mark(...place());
}

/** Arrow keys move the mark, with Shift they change its size. */
function nudge([right, down], size) {
  const [x, y, w, h] = place();
  const grown = (now, by, at) => Math.min(1 - at, Math.max(0, now + by * STEP));
  if (size) mark(x, y, grown(w, right, x), grown(h, down, y));
  else mark(Math.min(x + right * STEP, 1 - w), Math.min(y + down * STEP, 1 - h), w, h);
}

/* --- a moment of a recording ---------------------------------------------------------------------- */
const at = form?.elements.at;
if (at && player) {
  const now = form.querySelector("[data-now]");
  const take = () => (at.value = player.currentTime.toFixed(1));
  now.hidden = false;
  now.addEventListener("click", take);
  form.elements.text.addEventListener("focus", () => {
    if (!at.value && player.currentTime > 0) take();
  });
}
document.addEventListener("click", (event) => {
  const seek = event.target.closest("[data-seek]");
  if (!seek || !player) return;
  player.currentTime = Number(seek.dataset.seek);
  player.pause();
  player.scrollIntoView({ block: "nearest" });
});

/* --- which mark belongs to which comment ---------------------------------------------------------- */
for (const thread of document.querySelectorAll("[data-thread]")) {
  const near = (on) => document.querySelector(`[data-mark="${thread.dataset.thread}"]`)?.classList.toggle("near", on);
  for (const name of ["pointerenter", "focusin"]) thread.addEventListener(name, () => near(true));
  for (const name of ["pointerleave", "focusout"]) thread.addEventListener(name, () => near(false));
}

/* --- keys ----------------------------------------------------------------------------------------- */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const target = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
});
