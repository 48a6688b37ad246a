/** Small things that several scripts ask of the page. Nothing happens by loading it. */

const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content ?? "";

/** Tells the server from which page something comes, and for whom. */
export const proof = () => ({ "X-CSRFToken": meta("csrf-token"), "X-Client": meta("client") });

/** The server's no as an Error whose message is for the person; with a link when they must sign in. */
export const refused = (answer, otherwise) => Object.assign(new Error(answer?.message ?? otherwise), { link: answer?.sign_in });

/** The way in for somebody whose session is over. */
export function wayIn(href) {
  return Object.assign(document.createElement("a"), { href, textContent: "Sign in" });
}

/** Movement is unwelcome: nothing starts by itself. */
export const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Whether a letter pressed there is meant as text. */
export function isTyping(target) {
  return target.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=range])");
}

/** The whole page takes files: `take` gets them, where they fell, and the data transfer, which also
 *  has their folders; `words` say so while they hang over it. */
export function takeDrops(words, take) {
  let veil = null;
  const veiled = (on) => {
    if (on === Boolean(veil)) return;
    veil?.remove();
    veil = on ? Object.assign(document.createElement("div"), { className: "drop-veil", textContent: words }) : null;
    if (veil) document.body.append(veil);
  };
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    veiled(true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && veiled(false));
  document.addEventListener("drop", (event) => {
    veiled(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer.files.length) take(event.dataTransfer.files, event.target, event.dataTransfer);
  });
}

/** Put a value into a field as if it had been typed. */
export function change(field, value) {
  if (field.value === String(value)) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
