/** Masks as files: written as grey PNG of exactly the picture's size, read from any picture. */

const STRIP = 256;
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function checksum(...parts) {
  let sum = ~0;
  for (const part of parts) for (const byte of part) sum = TABLE[(sum ^ byte) & 255] ^ (sum >>> 8);
  return ~sum >>> 0;
}

function number(value) {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function chunk(name, content) {
  const label = new TextEncoder().encode(name);
  return [number(content.length), label, content, number(checksum(label, content))];
}

/** A canvas would take four bytes per pixel, and round what is half transparent. */
export async function toPng({ width, height, bytes }) {
  const rows = new Uint8Array((width + 1) * height); // each begins with 0: no filter
  for (let y = 0; y < height; y++) rows.set(bytes.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  const head = new Uint8Array(13);
  head.set(number(width));
  head.set(number(height), 4);
  head.set([8, 0, 0, 0, 0], 8); // eight bits of grey
  const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
  return new Blob([signature, ...chunk("IHDR", head), ...chunk("IDAT", data), ...chunk("IEND", new Uint8Array(0))], { type: "image/png" });
}

/** Read a picture as {width, height, bytes}: what is light marks, what is transparent does not. */
export async function fromPicture(blob) {
  const picture = await createImageBitmap(blob, { colorSpaceConversion: "none" });
  const { width, height } = picture;
  const bytes = new Uint8Array(width * height);
  const pen = new OffscreenCanvas(width, Math.min(STRIP, height)).getContext("2d", { willReadFrequently: true });
  for (let top = 0; top < height; top += STRIP) {
    const rows = Math.min(STRIP, height - top);
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, width, rows);
    pen.drawImage(picture, 0, -top);
    const { data } = pen.getImageData(0, 0, width, rows);
    for (let i = 0, at = top * width; i < data.length; i += 4) {
      bytes[at++] = Math.round(0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2]);
    }
  }
  picture.close();
  return { width, height, bytes };
}

/* --- what is painted but not saved outlives the page ------------------------------------------------ */
function shelf() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("zoetrope-masks", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("masks");
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function on(mode, work) {
  try {
    const place = (await shelf()).transaction("masks", mode).objectStore("masks");
    return await new Promise((resolve) => {
      const asked = work(place);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => resolve(undefined);
    });
  } catch {
    return undefined; // forbidden or full: the page works without
  }
}

/** A mask put aside under a name; null takes it away. */
export const put = (name, blob) => on("readwrite", (place) => (blob ? place.put(blob, name) : place.delete(name)));
export const taken = (name) => on("readonly", (place) => place.get(name));
