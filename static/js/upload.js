/** One file, sample or address into the library. */

import { proof, refused } from "./page.js";

const LARGE = 20 * 1024 * 1024; // beyond it a file comes in parts

/**
 * @param {string} address
 * @param {Record<string, string | Blob>} fields
 * @param {{progress?: (fraction: number) => void, resumed?: (fraction: number) => void, signal?: AbortSignal}} options
 * @returns {Promise<object>} the asset; rejects with an Error whose message is for the person
 */
export async function upload(address, fields, options = {}) {
  const { file, kind, tags } = fields;
  if (!file || file.size <= LARGE) return post(address, fields, options);
  const { forget, sendParts } = await import("./parts.js");
  const id = await sendParts(file, { kind, tags, ...options });
  try {
    const asset = await post(address, { upload: id }, { signal: options.signal });
    forget(file, kind);
    return asset;
  } catch (error) {
    // What can never come in is not taken up again; after anything else its parts are still there.
    if (error.status === 422 || error.status === 404) forget(file, kind);
    throw error;
  }
}

function post(address, fields, { progress, signal } = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return new Promise((resolve, reject) => {
    // fetch() tells nothing of the progress of what it sends.
    const request = new XMLHttpRequest();
    request.open("POST", address);
    for (const header of Object.entries({ ...proof(), Accept: "application/json" })) request.setRequestHeader(...header);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress?.(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status < 300 && request.response?.id) resolve(request.response);
      else reject(Object.assign(refused(request.response, refusal(request.status)), { status: request.status }));
    });
    request.addEventListener("error", () => reject(new Error("The server does not answer. Try again in a moment.")));
    request.addEventListener("abort", () => reject(new DOMException("Stopped.", "AbortError")));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

function refusal(status) {
  if (status === 413) return "The file is larger than this server takes. Make it smaller and try again.";
  if (status === 403) return "This page has become too old, or you may not upload. Reload it and try again.";
  return `The server could not take the file (${status}). Try again.`;
}
