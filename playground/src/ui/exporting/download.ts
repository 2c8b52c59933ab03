/** Gives a text to the browser to save as a file. */
export function download({ name, type, text }: { name: string; type: string; text: string }): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the file when the click is over.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

const MAX_NAME_CHARS = 60;

/** A file name of letters, digits and dashes: of the title, else of the id. */
export function fileNameOf({ _id, title = "" }: { _id: string; title?: string }): string {
  const words = title.normalize("NFKD").toLowerCase().match(/[a-z0-9]+/g)?.join("-").slice(0, MAX_NAME_CHARS).replace(/-$/, "");
  return words === undefined || words === "" ? `thread-${_id}` : words;
}
