/** Files that were dropped, with the folders that they were in. Nothing happens by loading it. */

const DEEPEST = 8;

/** Files of an input or a clipboard; those of a folder know its name. */
export const plain = (files) => [...files].map((file) => ({ file, folders: (file.webkitRelativePath ?? "").split("/").slice(0, -1) }));

/** What was dropped, folders with all that is in them. */
export async function dropped(files, transfer) {
  const entries = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return plain(files);
  const found = [];
  for (const entry of entries) await walk(entry, [], found);
  return found;
}

async function walk(entry, folders, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) found.push({ file, folders });
  } else if (folders.length < DEEPEST) {
    const reader = entry.createReader();
    // A reader gives a hundred at a time.
    for (;;) {
      const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
      if (!some.length) break;
      for (const one of some) await walk(one, [...folders, entry.name], found);
    }
  }
}
