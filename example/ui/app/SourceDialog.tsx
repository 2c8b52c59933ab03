import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { Suspense, use } from "react";
import ReactMarkdown from "react-markdown";
import rehypeHighlight from "rehype-highlight";
import { Dots, IconButton } from "./controls";
import { closeSource, loadSource, sourceFiles, sourceHref } from "./sources";
import type { Topic } from "./topic";

const plugins = [rehypeHighlight];
const loaded = new Map<string, Promise<string>>();

function textOf(path: string): Promise<string> {
  const known = loaded.get(path) ?? loadSource(path);
  loaded.set(path, known);
  return known;
}

/** Where the dialog was opened from. It is opened by an address, and so does not know. */
function focusSourceLink(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>(`header a[href^="${sourceHref("")}"]`)?.focus();
}

/** The files behind a page, beside it. */
export function SourceDialog({ topic, path }: { topic: Topic; path: string }) {
  const files = sourceFiles(topic.sources);
  const shown = files.includes(path) ? path : files[0];
  return (
    <Dialog.Root open onOpenChange={(isOpen) => { if (!isOpen) closeSource(); }}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content aria-describedby={undefined} onCloseAutoFocus={focusSourceLink} className="fixed inset-y-0 right-0 z-50 flex w-full max-w-4xl flex-col border-l border-line bg-canvas shadow-xl outline-none">
          <div className="flex h-14 shrink-0 items-center gap-3 border-b border-line px-4">
            <Dialog.Title className="min-w-0 flex-1 truncate font-semibold">Source of “{topic.title}”</Dialog.Title>
            <Dialog.Close asChild><IconButton label="Close the source"><X size={18} /></IconButton></Dialog.Close>
          </div>
          <div className="flex min-h-0 flex-1 flex-col md:flex-row">
            <nav aria-label="Files" className="max-h-40 shrink-0 overflow-y-auto border-b border-line bg-panel p-2 md:max-h-none md:w-64 md:border-r md:border-b-0">
              <ul>
                {files.map((file) => (
                  <li key={file}>
                    <a href={sourceHref(file)} aria-current={file === shown ? "true" : undefined}
                      className="block rounded-lg px-2.5 py-1.5 font-mono text-xs wrap-anywhere hover:bg-bubble aria-[current=true]:bg-bubble aria-[current=true]:font-semibold">{file.slice("example/".length)}</a>
                  </li>
                ))}
              </ul>
            </nav>
            <Suspense fallback={<p role="status" className="grid flex-1 place-items-center"><Dots /><span className="sr-only">Loading the file</span></p>}>
              {shown !== undefined && <Code path={shown} />}
            </Suspense>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Code({ path }: { path: string }) {
  const text = use(textOf(path));
  // Longer than any row of backticks in the file, so that the file cannot end its own block.
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return (
    <div key={path} role="region" aria-label={path} tabIndex={0} className="source-code min-h-0 min-w-0 flex-1 overflow-auto p-4 outline-offset-[-2px]">
      <ReactMarkdown rehypePlugins={plugins}>{`${fence}${path.endsWith("x") ? "tsx" : "ts"}\n${text}\n${fence}`}</ReactMarkdown>
    </div>
  );
}
