/**
 * The path of the camera over a still picture: the twin of studio/engine/path.py, for previews
 * in the page. Same names, same numbers; a test compares the two. Change both or neither.
 *
 * Lengths are in pixels of the picture, from its top left corner; y grows downwards.
 */

export const DIRECTIONS = {
  zoom: ["in", "out"],
  pan: ["left", "right", "up", "down"],
  rotation: ["left", "right"],
  complex: ["in", "out", "left", "right", "up", "down"],
};
export const MOTIONS = Object.keys(DIRECTIONS);
export const EASINGS = ["linear", "ease-in", "ease-out", "ease-in-out"];

const ZOOM = 0.8;
const PAN = 0.4;
const SWEEP = (14 * Math.PI) / 180;
const COMPLEX_ZOOM = 0.5;
const COMPLEX_PAN = 0.25;
const COMPLEX_DRIFT = 0.1;
const COMPLEX_TILT = (3 * Math.PI) / 180;

const STEPS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };

/** Throw a RangeError unless the three words belong together. */
export function check(motion, direction, easing) {
  if (!MOTIONS.includes(motion)) throw new RangeError(`There is no motion “${motion}”.`);
  if (!DIRECTIONS[motion].includes(direction)) {
    throw new RangeError(`The motion “${motion}” cannot go “${direction}”.`);
  }
  if (!EASINGS.includes(easing)) throw new RangeError(`There is no easing “${easing}”.`);
}

/** Share of the way that is done at time t; both from 0 to 1. */
export function ease(easing, t) {
  if (easing === "ease-in") return t * t;
  if (easing === "ease-out") return t * (2 - t);
  if (easing === "ease-in-out") return t * t * (3 - 2 * t);
  return t;
}

/**
 * Where the camera is at time t.
 *
 * @param {object} asked
 * @param {string} asked.motion
 * @param {string} asked.direction
 * @param {number} asked.strength 1 to 100
 * @param {string} asked.easing
 * @param {[number, number]} asked.source width and height of the picture
 * @param {[number, number]} asked.output width and height of the video
 * @param {[number, number]} asked.focus as shares (0 to 1) of the picture's size
 * @param {number} asked.t 0 for the first frame, 1 for the last
 * @returns {{cx: number, cy: number, scale: number, angle: number}} centre of the window,
 *   picture pixels per output pixel, and the window's clockwise turn in radians
 */
export function view({ motion, direction, strength, easing, source, output, focus, t }) {
  check(motion, direction, easing);
  const power = 0.04 + (0.96 * strength) / 100;
  const tilts = { rotation: (power * SWEEP) / 2, complex: power * COMPLEX_TILT };
  const tilt = tilts[motion] ?? 0;
  const frame = [reach(output[0], output[1], tilt), reach(output[1], output[0], tilt)];
  const [start, end] = ends(motion, direction, power, source, frame, focus);
  const done = ease(easing, t);
  return { ...between(start, end, done), angle: tilt * angle(motion, direction, done) };
}

function reach(along, across, tilt) {
  const worst = Math.min(tilt, Math.atan2(across, along));
  return along * Math.cos(worst) + across * Math.sin(worst);
}

function angle(motion, direction, done) {
  if (motion === "rotation") return direction === "left" ? 2 * done - 1 : 1 - 2 * done;
  if (["in", "left", "up"].includes(direction)) return done - 1;
  return direction === "right" ? 1 - done : done;
}

function ends(motion, direction, power, source, frame, focus) {
  const fit = Math.min(source[0] / frame[0], source[1] / frame[1]);
  if (motion === "rotation") {
    const still = place(source, frame, focus, fit);
    return [still, still];
  }
  if (direction in STEPS) {
    const room = motion === "pan" ? PAN : COMPLEX_PAN;
    const closer = motion === "pan" ? 1 : 1 + 0.1 * power;
    return travel(STEPS[direction], power, room, closer, source, frame, focus);
  }
  let far;
  let near;
  if (motion === "zoom") {
    far = place(source, frame, focus, fit);
    near = place(source, frame, focus, fit / (1 + ZOOM * power));
  } else {
    const drift = COMPLEX_DRIFT * power * fit;
    const shift = [-drift * frame[0], (drift / 2) * frame[1]];
    far = place(source, frame, focus, fit / (1 + COMPLEX_DRIFT * power), shift);
    near = place(source, frame, focus, fit / (1 + (COMPLEX_DRIFT + COMPLEX_ZOOM) * power));
  }
  return direction === "in" ? [far, near] : [near, far];
}

function travel(step, power, room, closer, source, frame, focus) {
  const axis = step[0] ? 0 : 1;
  const other = 1 - axis;
  const need = [1, 1];
  need[axis] += room * power;
  const scale = Math.min(source[0] / (frame[0] * need[0]), source[1] / (frame[1] * need[1]));
  const window = scale * frame[axis];
  const way = Math.min(source[axis] - window, power * window);
  const middle = [0, 0];
  const long = (window + way) / 2;
  middle[axis] = clamp(focus[axis] * source[axis], long, source[axis] - long);
  const half = (scale * frame[other]) / 2;
  middle[other] = clamp(focus[other] * source[other], half, source[other] - half);
  const [dx, dy] = [(step[0] * way) / 2, (step[1] * way) / 2];
  return [
    { cx: middle[0] - dx, cy: middle[1] - dy, scale },
    { cx: middle[0] + dx, cy: middle[1] + dy, scale: scale / closer },
  ];
}

function place(source, frame, focus, scale, shift = [0, 0]) {
  const half = [(scale * frame[0]) / 2, (scale * frame[1]) / 2];
  return {
    cx: clamp(focus[0] * source[0] + shift[0], half[0], source[0] - half[0]),
    cy: clamp(focus[1] * source[1] + shift[1], half[1], source[1] - half[1]),
    scale,
  };
}

function clamp(value, low, high) {
  return low >= high ? (low + high) / 2 : Math.min(Math.max(value, low), high);
}

function between(start, end, done) {
  const scale = start.scale * (end.scale / start.scale) ** done;
  let part = end.scale === start.scale ? done : (start.scale - scale) / (start.scale - end.scale);
  part = Math.min(Math.max(part, 0), 1);
  return {
    cx: start.cx + (end.cx - start.cx) * part,
    cy: start.cy + (end.cy - start.cy) * part,
    scale,
  };
}

/**
 * From the picture to the screen: the six numbers of a CSS matrix(), for an element that has the
 * picture's own size and `transform-origin: 0 0`.
 */
export function matrix(at, output) {
  const cos = Math.cos(at.angle) / at.scale;
  const sin = Math.sin(at.angle) / at.scale;
  return [
    cos,
    -sin,
    sin,
    cos,
    output[0] / 2 - cos * at.cx - sin * at.cy,
    output[1] / 2 + sin * at.cx - cos * at.cy,
  ];
}
