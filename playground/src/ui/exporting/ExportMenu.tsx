import type { AgentDescription, MessageDoc, ThreadDoc } from "convex-agent";
import { useConvex } from "convex/react";
import { Download, FileJson, FlaskConical } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { useToasts } from "../app/toasts";
import { useConnection, usePlayground, usePlaygroundFunction, type ResultOf } from "../connection/api";
import { download, fileNameOf } from "./download";
import { toTestCase } from "./testCase";
import { toJson } from "./literal";

interface Exported {
  readonly thread: ThreadDoc;
  readonly messages: readonly MessageDoc[];
}

const NO_AGENTS: readonly AgentDescription[] = [];

/** Takes a thread home: as JSON, or as a test that says it again with a scripted model. */
export function ExportMenu({ threadId }: { threadId: string }) {
  const { agents } = usePlayground();
  const fetchThread = useExport(threadId);
  const toasts = useToasts();
  const [isBusy, setIsBusy] = useState(false);
  const save = async (toFile: (exported: Exported) => { name: string; type: string; text: string }) => {
    setIsBusy(true);
    try {
      download(toFile(await fetchThread()));
    } catch (error) {
      toasts.failed(error);
    } finally {
      setIsBusy(false);
    }
  };
  const asJson = () => save((exported) => ({ name: `${fileNameOf(exported.thread)}.json`, type: "application/json", text: toJson(exported) }));
  const asTest = () => save((exported) => ({ name: `${fileNameOf(exported.thread)}.test.ts`, type: "text/plain", text: toTestCase({ ...exported, agents: agents ?? NO_AGENTS }) }));
  const item = "flex cursor-pointer items-start gap-2.5 rounded-lg px-2.5 py-2 text-sm outline-none data-[highlighted]:bg-bubble";
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger disabled={isBusy || agents === undefined} aria-label="Export the thread" title="Export the thread" className="inline-grid size-9 shrink-0 place-items-center rounded-lg text-muted transition-colors hover:bg-bubble hover:text-ink disabled:opacity-40"><Download size={16} aria-hidden /></DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} className="z-50 w-72 rounded-xl border border-line bg-raised p-1 shadow-xl">
          <DropdownMenu.Item className={item} onSelect={() => void asJson()}><FileJson size={16} aria-hidden className="mt-0.5 shrink-0 text-muted" /><span>JSON<span className="block text-xs text-muted">The thread and all its messages</span></span></DropdownMenu.Item>
          <DropdownMenu.Item className={item} onSelect={() => void asTest()}><FlaskConical size={16} aria-hidden className="mt-0.5 shrink-0 text-muted" /><span>Test case<span className="block text-xs text-muted">TypeScript for Vitest: says it again with a scripted model</span></span></DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Reads a whole thread, a page after the other. */
function useExport(threadId: string): () => Promise<Exported> {
  const convex = useConvex();
  const { apiKey } = useConnection();
  const query = usePlaygroundFunction("exportThread");
  return async () => {
    const messages: MessageDoc[] = [];
    let cursor: string | null = null;
    for (;;) {
      const page: ResultOf<"exportThread"> = await convex.query(query, { apiKey, threadId, cursor });
      messages.push(...page.messages);
      if (page.thread === null) throw new Error("The thread was deleted meanwhile.");
      if (page.isDone) return { thread: page.thread, messages };
      cursor = page.continueCursor;
    }
  };
}
