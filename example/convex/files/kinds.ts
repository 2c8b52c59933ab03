/** Which files the page takes. Plain functions: the page asks before it uploads, the server asks again. */

export const MAX_FILE_BYTES = 5 * 1024 * 1024;
export const MAX_FILES = 4;
const MAX_NAME_CHARS = 200;

interface Kind {
  label: string;
  extensions: readonly string[];
  /** Whether the first bytes are those of such a file. */
  fits: (start: Uint8Array) => boolean;
}

const kinds: Readonly<Record<string, Kind>> = {
  "image/png": { label: "PNG", extensions: ["png"], fits: startsWith([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
  "image/jpeg": { label: "JPEG", extensions: ["jpg", "jpeg"], fits: startsWith([0xff, 0xd8, 0xff]) },
  "image/gif": { label: "GIF", extensions: ["gif"], fits: startsWith([0x47, 0x49, 0x46, 0x38]) },
  "image/webp": { label: "WebP", extensions: ["webp"], fits: (start) => ascii(start, 0) === "RIFF" && ascii(start, 8) === "WEBP" },
  "application/pdf": { label: "PDF", extensions: ["pdf"], fits: startsWith([0x25, 0x50, 0x44, 0x46]) },
  "text/plain": { label: "text", extensions: ["txt"], fits: isText },
  "text/markdown": { label: "Markdown", extensions: ["md"], fits: isText },
  "text/csv": { label: "CSV", extensions: ["csv"], fits: isText },
};

/** What a file dialog offers. */
export const ACCEPTED = Object.entries(kinds).flatMap(([mediaType, { extensions }]) => [mediaType, ...extensions.map((extension) => `.${extension}`)]).join(",");
export const KINDS_IN_WORDS = "PNG, JPEG, GIF and WebP images, PDF, and text (.txt, .md, .csv)";

/** The kind that a browser says a file is; by the end of its name where it does not know (Markdown on most systems). */
export function mediaTypeOf({ type, name }: { type: string; name: string }): string {
  const said = type.split(";")[0]?.trim().toLowerCase() ?? "";
  if (said in kinds) return said;
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const known = Object.entries(kinds).find(([, { extensions }]) => extensions.includes(extension))?.[0];
  // A system that knows a file as something else is right about it; one that knows nothing says so.
  return said === "" || said.startsWith("text/") || said === "application/octet-stream" ? known ?? said : said;
}

export interface GivenFile {
  name: string;
  mediaType: string;
  sizeBytes: number;
}

/** What is wrong with a file, for the person who chose it; null: nothing. `start`: its bytes, at least the first twelve. */
export function fileProblem({ name, mediaType, sizeBytes }: GivenFile, start?: Uint8Array): string | null {
  if (name.trim() === "" || name.length > MAX_NAME_CHARS) return `The file's name must have 1 to ${MAX_NAME_CHARS} characters. Rename it and choose it again.`;
  if (sizeBytes === 0) return `“${name}” is empty. Choose a file with something in it.`;
  if (sizeBytes > MAX_FILE_BYTES) return `“${name}” has ${sizeInWords(sizeBytes)}; ${sizeInWords(MAX_FILE_BYTES)} is the most. Choose a smaller one, or make it smaller.`;
  const kind = kinds[mediaType];
  if (kind === undefined) return `“${name}” is of a kind that cannot be used here${mediaType === "" ? "" : ` (${mediaType})`}. Choose from: ${KINDS_IN_WORDS}.`;
  if (start !== undefined && !kind.fits(start)) return `“${name}” says that it is ${kind.label}, but what is in it is something else. Save it again in that format, or choose another file.`;
  return null;
}

export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1024 * 1000 ? `${Math.round(bytes / 1024)} KB` : `${Number((bytes / 1024 / 1024).toFixed(1))} MB`;
}

function startsWith(signature: readonly number[]): (start: Uint8Array) => boolean {
  return (start) => signature.every((byte, index) => start[index] === byte);
}

function ascii(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** Text is UTF-8 without zero bytes. */
function isText(bytes: Uint8Array): boolean {
  try {
    // `stream`: the given part may end within a character.
    return !new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true }).includes("\0");
  } catch (error) {
    // The question was whether it decodes.
    if (error instanceof TypeError) return false;
    throw error;
  }
}
