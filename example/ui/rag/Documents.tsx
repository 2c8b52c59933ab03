import { useMutation, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { CircleAlert, FileText, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import { Button, Dots, IconButton } from "../app/controls";
import { describeError } from "../app/errors";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { AddDocument } from "./AddDocument";

type Document = FunctionReturnType<typeof api.rag.documents.list>[number];

/** The viewer's documents: add one, see whether it is ready, delete it. */
export function Documents() {
  const documents = useQuery(api.rag.documents.list, { viewerKey });
  return (
    <div className="space-y-7">
      <div>
        <h2 className="mb-2 text-sm font-semibold">Your documents</h2>
        {documents === undefined && <p role="status" className="grid place-items-center py-6"><Dots /><span className="sr-only">Loading your documents</span></p>}
        {documents?.length === 0 && <p className="text-sm text-muted">You have none yet. Nobody else sees yours.</p>}
        <ul aria-label="Your documents" className="space-y-2">{documents?.map((document) => <DocumentRow key={document.documentId} document={document} />)}</ul>
      </div>
      <AddDocument />
    </div>
  );
}

function DocumentRow({ document: { documentId, title, chars, state } }: { document: Document }) {
  const remove = useMutation(api.rag.documents.remove);
  const showToast = useToast();
  const [isAsking, setIsAsking] = useState(false);
  const run = async () => {
    try {
      await remove({ viewerKey, documentId });
    } catch (error) {
      setIsAsking(false);
      showToast(describeError(error));
    }
  };
  return (
    <li className="rounded-xl border border-line bg-raised px-3 py-2 text-sm">
      <div className="flex items-center gap-2.5">
        <FileText size={15} aria-hidden className="shrink-0 text-muted" />
        <div className="min-w-0 flex-1">
          <p className="truncate font-medium">{title}</p>
          <p className="text-xs text-muted">{chars.toLocaleString("en")} characters · {stateWords(state)}</p>
        </div>
        {state.kind === "adding" && <Dots />}
        {!isAsking && <IconButton label={`Delete “${title}”`} onClick={() => setIsAsking(true)}><Trash2 size={15} /></IconButton>}
      </div>
      {state.kind === "failed" && <p className="mt-1.5 flex gap-1.5 text-xs text-danger"><CircleAlert size={13} aria-hidden className="mt-0.5 shrink-0" />{state.reason} Delete it and add it again.</p>}
      {isAsking && (
        <div className="mt-2 flex items-center gap-2">
          <span className="flex-1 text-xs text-muted">Delete it with its passages?</span>
          <Button onClick={() => setIsAsking(false)}>Keep</Button>
          <Button look="danger" onClick={() => void run()}>Delete</Button>
        </div>
      )}
    </li>
  );
}

function stateWords(state: Document["state"]): string {
  switch (state.kind) {
    case "adding": return "being read";
    case "ready": return "ready";
    case "failed": return "could not be read";
    default: return state satisfies never;
  }
}
