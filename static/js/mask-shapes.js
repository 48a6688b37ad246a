/** What can be done to a mask: strokes, shapes, and changes of the whole. Lengths in its pixels. */

const STRIP = 512; // rows that a shape is drawn in at once

/** The rows of a round stroke whose radii are `grow` larger than said. A stroke is drawn many times
 *  a frame, so this makes nothing new per row: `row(y)` puts its ends into `low` and `high`. */
class Rows {
  low = 0;
  high = 0;
  #corners = new Float64Array(10);

  constructor([x0, y0, r0], [x1, y1, r1], grow) {
    Object.assign(this, { x0, y0, x1, y1, r0: Math.max(r0 + grow, 0), r1: Math.max(r1 + grow, 0) });
    const length = Math.hypot(x1 - x0, y1 - y0);
    const [nx, ny] = length ? [-(y1 - y0) / length, (x1 - x0) / length] : [0, 0];
    const { r0: a, r1: b } = this;
    const corners = [x0 + nx * a, y0 + ny * a, x1 + nx * b, y1 + ny * b, x1 - nx * b, y1 - ny * b, x0 - nx * a, y0 - ny * a];
    this.#corners.set([...corners, corners[0], corners[1]]);
    this.moves = length > 0;
  }

  row(y) {
    this.low = Infinity;
    this.high = -Infinity;
    this.#circle(this.x0, this.y0, this.r0, y);
    if (this.moves) {
      this.#circle(this.x1, this.y1, this.r1, y);
      for (let i = 0; i < 8; i += 2) this.#edge(i, y);
    }
    return this.low <= this.high;
  }

  #circle(x, cy, r, y) {
    const square = r * r - (y - cy) * (y - cy);
    if (r <= 0 || square < 0) return;
    const half = Math.sqrt(square);
    if (x - half < this.low) this.low = x - half;
    if (x + half > this.high) this.high = x + half;
  }

  #edge(i, y) {
    const c = this.#corners;
    const [ya, yb] = [c[i + 1], c[i + 3]];
    if (ya === yb || (ya > y && yb > y) || (ya < y && yb < y)) return;
    const x = c[i] + ((y - ya) / (yb - ya)) * (c[i + 2] - c[i]);
    if (x < this.low) this.low = x;
    if (x > this.high) this.high = x;
  }
}

/** How far inside the stroke a point lies. */
function depth(from, to, x, y) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const square = dx * dx + dy * dy;
  const t = square ? Math.min(Math.max(((x - from[0]) * dx + (y - from[1]) * dy) / square, 0), 1) : 0;
  return from[2] + (to[2] - from[2]) * t - Math.hypot(x - from[0] - dx * t, y - from[1] - dy * t);
}

/** A round stroke from one [x, y, radius] to another: the inside is filled by rows, and only the
 *  rim, which is one pixel wide, is looked at pixel by pixel. */
export function stroke(mask, from, to, erase = false) {
  const reach = (i, sign) => sign * Math.max(sign * from[i] + from[2], sign * to[i] + to[2]);
  const left = Math.floor(reach(0, -1)) - 1;
  const right = Math.ceil(reach(0, 1)) + 2;
  const top = Math.max(0, Math.floor(reach(1, -1)) - 1);
  const bottom = Math.min(mask.height, Math.ceil(reach(1, 1)) + 2);
  mask.touch(left, top, right, bottom);
  const { bytes, width } = mask;
  const rim = (y, begin, end) => {
    for (let x = begin, i = y * width + begin; x < end; x++, i++) {
      const value = Math.min(Math.round((depth(from, to, x + 0.5, y + 0.5) + 0.5) * 255), 255);
      if (value <= 0) continue;
      if (erase) bytes[i] = Math.min(bytes[i], 255 - value);
      else bytes[i] = Math.max(bytes[i], value);
    }
  };
  const outer = new Rows(from, to, 0.5);
  const inner = new Rows(from, to, -0.5);
  for (let y = top; y < bottom; y++) {
    if (!outer.row(y + 0.5)) continue;
    const first = Math.max(0, Math.floor(outer.low));
    const last = Math.min(width, Math.ceil(outer.high));
    const full = inner.row(y + 0.5);
    const begin = full ? Math.max(first, Math.ceil(inner.low)) : last;
    const end = full ? Math.min(last, Math.floor(inner.high)) : last;
    if (begin >= end) {
      rim(y, first, last);
      continue;
    }
    bytes.fill(erase ? 0 : 255, y * width + begin, y * width + end);
    rim(y, first, begin);
    rim(y, end, last);
  }
}

export function rectangle(mask, a, b, erase = false) {
  const edge = (i, most) => [a[i], b[i]].map((n) => Math.min(Math.max(Math.round(n), 0), most)).sort((p, q) => p - q);
  const [left, right] = edge(0, mask.width);
  const [top, bottom] = edge(1, mask.height);
  if (left === right || top === bottom) return;
  mask.touch(left, top, right, bottom);
  for (let y = top; y < bottom; y++) mask.bytes.fill(erase ? 0 : 255, y * mask.width + left, y * mask.width + right);
}

/** The inside of a closed line through the points. */
export function lasso(mask, points, erase = false) {
  const range = (i, most) => [
    Math.max(0, Math.floor(Math.min(...points.map((p) => p[i])))),
    Math.min(most, Math.ceil(Math.max(...points.map((p) => p[i]))) + 1),
  ];
  const [left, right] = range(0, mask.width);
  const [top, bottom] = range(1, mask.height);
  if (points.length < 3 || left >= right || top >= bottom) return;
  mask.touch(left, top, right, bottom);
  for (let y = top; y < bottom; y += STRIP) strip(mask, points, erase, left, y, right, Math.min(y + STRIP, bottom));
}

function strip(mask, points, erase, left, top, right, bottom) {
  const pen = new OffscreenCanvas(right - left, bottom - top).getContext("2d", { willReadFrequently: true });
  pen.translate(-left, -top);
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
  pen.fill("evenodd");
  const { data } = pen.getImageData(0, 0, right - left, bottom - top);
  for (let y = top, from = 3; y < bottom; y++) {
    for (let i = y * mask.width + left, end = i + right - left; i < end; i++, from += 4) {
      const v = data[from];
      if (!v) continue;
      mask.bytes[i] = erase ? Math.min(mask.bytes[i], 255 - v) : Math.max(mask.bytes[i], v);
    }
  }
}

/** The bucket: everything around a point up to what is painted; erasing, the painted piece itself. */
export function flood(mask, x, y, erase = false) {
  [x, y] = [Math.floor(x), Math.floor(y)];
  const { bytes, width, height } = mask;
  const open = erase ? (i) => bytes[i] > 0 : (i) => bytes[i] < 250;
  if (x < 0 || y < 0 || x >= width || y >= height || !open(y * width + x)) return;
  const waiting = [x, y];
  while (waiting.length) {
    const row = waiting.pop();
    let left = waiting.pop();
    if (!open(row * width + left)) continue;
    let right = left + 1;
    while (left > 0 && open(row * width + left - 1)) left--;
    while (right < width && open(row * width + right)) right++;
    mask.touch(left, row, right, row + 1);
    bytes.fill(erase ? 0 : 255, row * width + left, row * width + right);
    for (const next of [row - 1, row + 1]) {
      if (next < 0 || next >= height) continue;
      for (let i = left; i < right; i++) {
        if (open(next * width + i) && (i === left || !open(next * width + i - 1))) waiting.push(i, next);
      }
    }
  }
}

function all(mask, change) {
  mask.touch(0, 0, mask.width, mask.height);
  change(mask.bytes);
}
export const fill = (mask) => all(mask, (bytes) => bytes.fill(255));
export const clear = (mask) => all(mask, (bytes) => bytes.fill(0));
export function invert(mask) {
  all(mask, (bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = 255 - bytes[i];
  });
}

/** Pixels inside (or, for `outside`, right outside) of the border of what is marked. */
function border(mask, outside) {
  const { bytes, width, height } = mask;
  const bounds = mask.bounds();
  if (!bounds) return [];
  const [left, top, right, bottom] = outside
    ? [Math.max(bounds[0] - 1, 0), Math.max(bounds[1] - 1, 0), Math.min(bounds[2] + 1, width), Math.min(bounds[3] + 1, height)]
    : bounds;
  const found = [];
  const is = (i) => bytes[i] >= 128 !== outside;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const i = y * width + x;
      if (!is(i)) continue;
      const ends = (x > 0 && !is(i - 1)) || (x < width - 1 && !is(i + 1)) || (y > 0 && !is(i - width)) || (y < height - 1 && !is(i + width));
      if (ends) found.push([x + 0.5, y + 0.5]);
    }
  }
  return found;
}

/** Wider by so many pixels all around; narrower for less than 0. */
export function grow(mask, pixels) {
  const points = border(mask, pixels < 0);
  for (const [x, y] of points) {
    const dot = [x, y, Math.abs(pixels)];
    stroke(mask, dot, dot, pixels < 0);
  }
}

/** A soft edge: three passes of a running mean, which together are close to a Gaussian. */
export function feather(mask, pixels) {
  const bounds = mask.bounds();
  if (!bounds) return;
  const reach = Math.max(1, Math.round(pixels / 2));
  const room = reach * 3 + 1;
  const [left, top] = [Math.max(bounds[0] - room, 0), Math.max(bounds[1] - room, 0)];
  const [right, bottom] = [Math.min(bounds[2] + room, mask.width), Math.min(bounds[3] + room, mask.height)];
  mask.touch(left, top, right, bottom);
  const line = new Uint8Array(Math.max(right - left, bottom - top));
  for (let pass = 0; pass < 3; pass++) {
    for (let y = top; y < bottom; y++) mean(mask.bytes, y * mask.width + left, 1, right - left, reach, line);
    for (let x = left; x < right; x++) mean(mask.bytes, top * mask.width + x, mask.width, bottom - top, reach, line);
  }
}

/** The running mean of `count` bytes, `step` apart; beyond the ends the last one goes on. */
function mean(bytes, from, step, count, reach, line) {
  for (let i = 0, at = from; i < count; i++, at += step) line[i] = bytes[at];
  const whole = 2 * reach + 1;
  const at = (i) => line[i < 0 ? 0 : i >= count ? count - 1 : i];
  let sum = 0;
  for (let i = -reach; i <= reach; i++) sum += at(i);
  for (let i = 0, place = from; i < count; i++, place += step) {
    bytes[place] = Math.round(sum / whole);
    sum += at(i + reach + 1) - at(i - reach);
  }
}
