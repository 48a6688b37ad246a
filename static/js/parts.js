/** A large file, sent in parts: what was sent stays sent, over a lost connection and a closed page. */

import { proof, refused } from "./page.js";

const HOME = "/api/v1/uploads/";
const TRIES = 7;
const LOST = "The connection is lost. What was sent is kept for 24 hours: try again, or choose the same file later.";

const wait = (seconds, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(stopped())), { once: true });
  });
const stopped = () => new DOMException("Stopped.", "AbortError");

/** By this a file is known again after the page was closed. */
const nameOf = (file, kind) => `upload:${file.name}|${file.size}|${file.lastModified}|${kind}`;
const memory = {
  get: (name) => read(() => localStorage.getItem(name)),
  set: (name, id) => read(() => localStorage.setItem(name, id)),
  remove: (name) => read(() => localStorage.removeItem(name)),
};

/** A browser may refuse to keep anything; then an upload cannot be taken up again. */
function read(step) {
  try {
    return step();
  } catch {
    return null;
  }
}

/**
 * Sends the parts of a file that the server does not have yet.
 * @returns {Promise<string>} the id of the upload, which is then to be completed
 */
export async function sendParts(file, { kind = "", tags = "", progress, signal, resumed }) {
  const name = nameOf(file, kind);
  const upload = (await known(memory.get(name), signal)) ?? (await begin(file, kind, tags, signal));
  memory.set(name, upload.id);
  let sent = upload.size - upload.missing.reduce((sum, number) => sum + length(upload, number), 0);
  if (sent) resumed?.(sent / upload.size);
  try {
    for (const number of upload.missing) {
      const part = file.slice((number - 1) * upload.part_size, number * upload.part_size);
      await send(`${HOME}${upload.id}/parts/${number}/`, part, signal, (loaded) => progress?.((sent + loaded) / upload.size));
      sent += part.size;
      progress?.(sent / upload.size);
    }
  } catch (error) {
    if (error.name === "AbortError") cancel(name, upload.id);
    throw error;
  }
  return upload.id;
}

/** It is in the library, or can never come there. */
export const forget = (file, kind = "") => memory.remove(nameOf(file, kind));

const length = (upload, number) => Math.min(upload.part_size, upload.size - (number - 1) * upload.part_size);

async function known(id, signal) {
  if (!id) return null;
  const answer = await again(() => ask(`${HOME}${encodeURIComponent(id)}/`, { signal }), signal);
  return answer.ok ? answer.json() : null;
}

async function begin(file, kind, tags, signal) {
  const said = { name: file.name.slice(-200) || "upload", size: file.size, tags: tags ? tags.split(",") : [], ...(kind && { kind }) };
  const headers = { "Content-Type": "application/json" };
  const answer = await again(() => ask(HOME, { method: "POST", headers, body: JSON.stringify(said), signal }), signal);
  if (!answer.ok) throw refused(await answer.json().catch(() => null), `The server could not take the file (${answer.status}). Try again.`);
  return answer.json();
}

function cancel(name, id) {
  memory.remove(name);
  ask(`${HOME}${id}/`, { method: "DELETE", keepalive: true }).catch(() => {});
}

const ask = (address, { headers = {}, ...options } = {}) =>
  fetch(address, { ...options, headers: { ...proof(), Accept: "application/json", ...headers } });

/** Repeats what failed for a reason that passes: no connection, a server that starts anew. */
async function again(step, signal) {
  for (let tried = 1; ; tried += 1) {
    try {
      const answer = await step();
      if (answer.status < 500 && answer.status !== 429) return answer;
      if (tried === TRIES) return answer;
    } catch (error) {
      if (error.name === "AbortError") throw error;
      if (tried === TRIES) throw new Error(LOST);
    }
    await wait(Math.min(2 ** (tried - 1), 15), signal);
  }
}

async function send(address, part, signal, progress) {
  const checksum = await digest(part);
  const answer = await again(() => put(address, part, checksum, signal, progress), signal);
  if (answer.status >= 300) throw refused(answer.response, `The server could not take the file (${answer.status}). Try again.`);
}

/** Browsers compute it only where the connection is safe; there is TCP's own check besides. */
async function digest(part) {
  if (!crypto.subtle) return "";
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await part.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function put(address, part, checksum, signal, progress) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(stopped());
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open("PUT", address);
    for (const header of Object.entries(proof())) request.setRequestHeader(...header);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    if (checksum) request.setRequestHeader("X-Part-SHA256", checksum);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", () => reject(new Error(LOST)));
    request.addEventListener("abort", () => reject(stopped()));
    request.addEventListener("loadend", () => signal?.removeEventListener("abort", abort));
    signal?.addEventListener("abort", abort);
    request.send(part);
  });
}
