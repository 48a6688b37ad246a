/** What is seen of a mask: drawn for the screen from its pixels, in one area of the canvas. */

const STRIPE = 7; // CSS pixels

/**
 * Half see-through color with stripes, which tell it from the picture without the color; where the
 * mask is a drawing, black on white.
 *
 * @param {CanvasRenderingContext2D} pen
 * @param {{bytes: Uint8Array, width: number, height: number}} mask
 * @param {{scale: number, x: number, y: number}} viewport
 * @param {[number, number, number, number]} area left, top, right, bottom in pixels of the screen
 * @param {{color: string, draws: boolean}} look
 */
export function tint(pen, { bytes, width, height }, { scale, x, y }, [left, top, right, bottom], { color, draws }) {
  const ratio = devicePixelRatio;
  const picture = pen.createImageData(right - left, bottom - top);
  const pixels = new Uint32Array(picture.data.buffer);
  const [red, green, blue] = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
  const plain = (blue << 16) | (green << 8) | red;
  const per = 1 / (scale * ratio);
  const columns = new Int32Array(right - left);
  for (let i = 0; i < columns.length; i++) {
    const column = Math.floor((left + i + 0.5) * per - x / scale);
    columns[i] = column >= 0 && column < width ? column : -1;
  }
  const stripe = STRIPE * ratio;
  for (let row = top, at = 0; row < bottom; row++) {
    const line = Math.floor((row + 0.5) * per - y / scale);
    if (line < 0 || line >= height) {
      at += columns.length;
      continue;
    }
    const start = line * width;
    for (let i = 0; i < columns.length; i++, at++) {
      const value = columns[i] < 0 ? 0 : bytes[start + columns[i]];
      if (draws && columns[i] >= 0) pixels[at] = 0xff000000 | ((255 - value) * 0x10101);
      if (!value || draws) continue;
      const dark = (left + i + row) % (2 * stripe) < stripe;
      pixels[at] = ((value * (dark ? 0.62 : 0.38)) << 24) | plain;
    }
  }
  pen.putImageData(picture, left, top);
}
