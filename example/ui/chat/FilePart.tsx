import type { FileUIPart } from "ai";
import { FileText } from "lucide-react";

/** A file of a message: a picture is shown, anything else is a link to it. */
export function FilePart({ part }: { part: FileUIPart }) {
  const name = part.filename ?? part.mediaType;
  if (!isOurs(part.url)) return <p className={chip}><FileText size={15} aria-hidden className="shrink-0 text-muted" /><span className="truncate">{name}</span></p>;
  if (part.mediaType.startsWith("image/")) {
    return (
      <a href={part.url} target="_blank" rel="noopener noreferrer" className="block w-fit max-w-full overflow-hidden rounded-xl border border-line bg-panel">
        <img src={part.url} alt={name} loading="lazy" className="block max-h-72 max-w-full min-w-16 object-contain" />
      </a>
    );
  }
  return <a href={part.url} target="_blank" rel="noopener noreferrer" className={`${chip} hover:bg-panel`}><FileText size={15} aria-hidden className="shrink-0 text-muted" /><span className="truncate">{name}</span></a>;
}

const chip = "flex w-fit max-w-full items-center gap-2 rounded-xl border border-line bg-raised px-3 py-2 text-sm";

/** In the app's own storage. Another address is not loaded: that would tell its server who reads this, and when. */
function isOurs(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, pathname } = new URL(url);
  return origin === new URL(import.meta.env.VITE_CONVEX_URL).origin && pathname.startsWith("/api/storage/");
}
