/** The page of a file: into a collection, with the way back. */

import { change } from "./bulk.js";
import { collect } from "./collect.js";

const button = document.querySelector("[data-collect]");
const pills = document.getElementById("in-collections");

/** The collection among those that it is in, once. */
function pill(name, href) {
  if ([...pills.children].some((one) => one.getAttribute("href") === href)) return null;
  const link = Object.assign(document.createElement("a"), { className: "pill", href, textContent: name });
  pills.append(link);
  pills.hidden = false;
  return link;
}

button.hidden = false;
button.addEventListener("click", () => collect(({ id, name }) => {
  let added = null;
  change(button.dataset.collect, { verb: "collect", value: id, ids: button.dataset.id }, (undone) => {
    if (undone) added?.remove();
    else added = pill(name, `${pills.dataset.library}?collection=${id}`);
    pills.hidden = !pills.children.length;
  });
}));
