/**
 * A mask in memory: one byte per pixel of the picture, 255 where something is to happen. Every
 * change is noted by what was there before, tile by tile and packed, so that going back has no
 * limit and costs only what was painted.
 */

const TILE = 256;
const RUN = 65_536;
const scratch = new Uint8Array(TILE * TILE * 3);

/** Runs of (value, length less one in two bytes); a tile of one value is that number. */
function pack(bytes, from, width, columns, rows) {
  let used = 0;
  let value = bytes[from];
  let length = 0;
  const flush = () => {
    scratch[used++] = value;
    scratch[used++] = (length - 1) & 255;
    scratch[used++] = (length - 1) >> 8;
  };
  for (let row = 0, at = from; row < rows; row++, at += width) {
    for (let i = at; i < at + columns; i++) {
      if (bytes[i] === value && length < RUN) length++;
      else {
        flush();
        value = bytes[i];
        length = 1;
      }
    }
  }
  flush();
  return used === 3 ? value : scratch.slice(0, used);
}

function unpack(packed, bytes, from, width, columns, rows) {
  if (typeof packed === "number") {
    for (let row = 0; row < rows; row++) bytes.fill(packed, from + row * width, from + row * width + columns);
    return;
  }
  let at = 0;
  let left = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; ) {
      if (!left) (left = packed[at + 1] + packed[at + 2] * 256 + 1), (at += 3);
      const part = Math.min(left, columns - column);
      const start = from + row * width + column;
      bytes.fill(packed[at - 3], start, start + part);
      left -= part;
      column += part;
    }
  }
}

export class Mask {
  undone = [];
  done = [];
  #before = null;

  /** `changed(left, top, right, bottom)` hears of everything that looks different now. */
  constructor(width, height, changed = () => {}) {
    Object.assign(this, { width, height, changed });
    this.bytes = new Uint8Array(width * height);
    this.across = Math.ceil(width / TILE);
  }

  get canUndo() {
    return this.done.length > 0;
  }

  get canRedo() {
    return this.undone.length > 0;
  }

  /** Bytes that the way back takes. */
  get weight() {
    const all = [...this.done, ...this.undone].flatMap((step) => [...step.values()]);
    return all.reduce((sum, tile) => sum + (tile.length ?? 8), 0);
  }

  /** Do something as one step; `work` calls `touch` before it writes. */
  step(work) {
    this.begin();
    work(this);
    this.commit();
  }

  begin() {
    this.#before = new Map();
  }

  commit() {
    if (this.#before?.size) {
      this.done.push(this.#before);
      this.undone = [];
    }
    this.#before = null;
  }

  /** Take back what was begun. */
  cancel() {
    if (this.#before) for (const [tile, packed] of this.#before) this.#put(tile, packed);
    this.#before = null;
  }

  /** The rectangle is about to be written: whole numbers, right and bottom outside of it. */
  touch(left, top, right, bottom) {
    left = Math.max(0, left);
    top = Math.max(0, top);
    right = Math.min(this.width, right);
    bottom = Math.min(this.height, bottom);
    if (left >= right || top >= bottom) return;
    for (let row = Math.floor(top / TILE); row <= (bottom - 1) / TILE; row++) {
      for (let column = Math.floor(left / TILE); column <= (right - 1) / TILE; column++) {
        const tile = row * this.across + column;
        if (!this.#before.has(tile)) this.#before.set(tile, pack(this.bytes, ...this.#place(tile)));
      }
    }
    this.changed(left, top, right, bottom);
  }

  undo() {
    this.#swap(this.done, this.undone);
  }

  redo() {
    this.#swap(this.undone, this.done);
  }

  #swap(from, to) {
    const step = from.pop();
    if (!step) return;
    const back = new Map();
    for (const [tile, packed] of step) {
      back.set(tile, pack(this.bytes, ...this.#place(tile)));
      this.#put(tile, packed);
    }
    to.push(back);
  }

  /** Where the tile begins, and its measures, as `pack` takes them. */
  #place(tile) {
    const left = (tile % this.across) * TILE;
    const top = Math.floor(tile / this.across) * TILE;
    const columns = Math.min(TILE, this.width - left);
    return [top * this.width + left, this.width, columns, Math.min(TILE, this.height - top)];
  }

  #put(tile, packed) {
    const place = this.#place(tile);
    unpack(packed, this.bytes, ...place);
    const left = place[0] % this.width;
    const top = Math.floor(place[0] / this.width);
    this.changed(left, top, left + place[2], top + place[3]);
  }

  /** Whether nothing is marked that anybody could see. */
  get empty() {
    return !this.bytes.some((value) => value >= 16);
  }

  /** The smallest rectangle that holds all that is marked: [left, top, right, bottom], or null. */
  bounds() {
    const { width, height, bytes } = this;
    const marked = (row) => bytes.subarray(row * width, (row + 1) * width);
    const some = (row) => marked(row).some(Boolean);
    let top = 0;
    while (top < height && !some(top)) top++;
    if (top === height) return null;
    let bottom = height;
    while (!some(bottom - 1)) bottom--;
    let left = width;
    let right = 0;
    for (let row = top; row < bottom; row++) {
      const line = marked(row);
      const first = line.subarray(0, left).findIndex(Boolean);
      if (first >= 0) left = first;
      let last = width;
      while (last > right && !line[last - 1]) last--;
      right = Math.max(right, last);
    }
    return [left, top, right, bottom];
  }
}
