/** Changing many files: the request, what is said of it, and the way back. */

import { proof, refused } from "./page.js";
import { say } from "./toast.js";

export async function send(address, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answer = await fetch(address, { method: "POST", body, headers: { ...proof(), Accept: "application/json" } });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw refused(told, "That was not saved. Try again.");
  return told;
}

/** What went wrong, in words for the person. */
export const sayWhy = (error) => say(error instanceof TypeError ? "The server does not answer. Nothing was changed; try again." : error.message, { bad: true, link: error.link });

/** Does it and says so, with Undo; `after` is told when something has changed, also by undoing. */
export async function change(address, fields, after = () => {}) {
  try {
    const told = await send(address, fields);
    const undo = async () => {
      try {
        say((await send(told.undo, {})).message);
        after(true);
      } catch (error) {
        sayWhy(error);
      }
    };
    say(told.message, { undo: told.undo ? undo : null });
    if (told.changed) after(false);
    return told;
  } catch (error) {
    sayWhy(error);
    return null;
  }
}
