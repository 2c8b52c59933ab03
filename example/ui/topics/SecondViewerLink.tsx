import { ExternalLink } from "lucide-react";

/** Opens the conversation that is shown once more: whoever has its address sees the same. */
export function SecondViewerLink() {
  return (
    <a href={window.location.pathname} target="_blank" rel="noopener" className="whitespace-nowrap text-accent underline underline-offset-2">
      Open a second viewer<ExternalLink size={13} aria-hidden className="ml-1 inline align-[-1px]" />
    </a>
  );
}
