/**
 * The lines that a picture becomes before it steers another one: shown on the stage, drawn over in
 * black and white, and kept as a new picture that takes the place of the source. Only where the
 * stage names an address for them in data-lines.
 */

import "./mask-editor.js";
import { fromPicture, toPng } from "./mask-file.js";
import { proof } from "./page.js";
import { say } from "./toast.js";
import { upload } from "./upload.js";

const stage = () => document.querySelector("picture-stage");
const source = () => document.querySelector('asset-drop[data-kind="image"]:not([data-mask-of])');
const SHAPES = ["manner", "detail"]; // params that say what lines are wanted
let drawn = "";

const turned = (bytes) => bytes.map((value) => 255 - value);

function address(asset) {
  const [path, query] = stage().dataset.lines.replace("{id}", asset.id).split("?");
  const asked = new URLSearchParams(query ?? "manner=ink&detail=50");
  const values = new FormData(document.getElementById("operation-form"));
  for (const name of SHAPES) if (values.get(name)) asked.set(name, values.get(name));
  return `${path}?${asked}`;
}

/** Fetch the lines and put them under the pen, unless they are there already. */
async function bring(editor) {
  const { asset } = source();
  const wanted = address(asset);
  if (drawn === wanted) return;
  editor.toggleAttribute("data-busy", true);
  try {
    const answer = await fetch(wanted, { headers: proof() });
    if (!answer.ok) throw new Error();
    const { width, height, bytes } = await fromPicture(await answer.blob());
    editor.show({ ...asset, id: `${asset.id}-lines`, width, height });
    editor.load(turned(bytes));
    editor.mask.done = [];
    editor.settled();
    drawn = wanted;
  } catch {
    say("The lines could not be drawn. Try again, or go on without them.", { bad: true });
    stage().view("edit");
  } finally {
    editor.removeAttribute("data-busy");
  }
}

async function keep(editor) {
  const { asset } = source();
  const { width, height, bytes } = editor.mask;
  const file = new File([await toPng({ width, height, bytes: turned(bytes) })], "lines.png", { type: "image/png" });
  const title = `Lines of ${asset.title || "a picture"}`.slice(0, 200);
  try {
    source().take(await upload(editor.dataset.upload, { kind: "image", file, title, tags: "lines" }));
    say("These lines are the picture now. The original is in the library as before.");
  } catch (error) {
    say(error.message, { bad: true, link: error.link });
  }
}

function offer() {
  const button = stage()?.querySelector('[data-view="lines"]');
  if (button) button.hidden = !stage().dataset.lines;
}

document.addEventListener("viewed", ({ detail }) => {
  const editor = stage().querySelector("[data-draw]");
  if (detail === "lines" && editor) bring(editor);
});
document.addEventListener("pictured", offer);
document.addEventListener("click", ({ target }) => {
  const button = target.closest('[data-draw] [data-do="keep"]');
  if (button) keep(button.closest("[data-draw]"));
});
