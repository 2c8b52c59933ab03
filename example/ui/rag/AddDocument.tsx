import { ConvexError } from "convex/values";
import { useMutation } from "convex/react";
import { useId, useState } from "react";
import { api } from "../../convex/_generated/api";
import { Button } from "../app/controls";
import { describeError, errorCode } from "../app/errors";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { setDraft, useDraft } from "../chat/drafts";
import { Field } from "../topics/Field";

const SAMPLE = {
  title: "Shop terms",
  text: `Returns

You have 30 days to give something back. It must be unused and in its box. We refund the price within a week.

Shipping

Shipping costs 4.90 euros within the country and 12 euros abroad. From 80 euros on it is free. A parcel takes two to four days.

Guarantee

Every device comes with a guarantee of two years. Batteries have six months.`,
};

interface Problem {
  field: "title" | "text";
  message: string;
}

/** Where one pastes a text. What was typed stays until it is saved, over a reload too. */
export function AddDocument() {
  const add = useMutation(api.rag.documents.add);
  const showToast = useToast();
  const id = useId();
  const title = useDraft("rag/title");
  const text = useDraft("rag/text");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isAdding, setIsAdding] = useState(false);
  const fill = (next: { title: string; text: string }) => {
    setDraft("rag/title", next.title);
    setDraft("rag/text", next.text);
    setProblem(null);
  };
  const submit = async () => {
    setIsAdding(true);
    try {
      await add({ viewerKey, title, text });
      fill({ title: "", text: "" });
    } catch (error) {
      if (errorCode(error) === "invalid_input") setProblem({ field: fieldOf(error), message: describeError(error) });
      else showToast(`Not added. ${describeError(error)}`);
    } finally {
      setIsAdding(false);
    }
  };
  const textProblem = problem?.field === "text" ? problem.message : null;
  return (
    <form className="space-y-3" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <div className="flex items-baseline justify-between gap-2">
        <h2 className="text-sm font-semibold">Add a document</h2>
        <button type="button" onClick={() => fill(SAMPLE)} className="rounded text-xs text-accent underline underline-offset-2">Fill in a sample</button>
      </div>
      <Field label="Title" value={title} onChange={(event) => { setDraft("rag/title", event.target.value); setProblem(null); }} problem={problem?.field === "title" ? problem.message : null} />
      <div>
        <label htmlFor={id} className="text-sm font-medium">Text</label>
        <textarea id={id} rows={7} value={text} onChange={(event) => { setDraft("rag/text", event.target.value); setProblem(null); }} placeholder="Paste a text…"
          aria-invalid={textProblem !== null} aria-describedby={textProblem === null ? undefined : `${id}-problem`}
          className="mt-1.5 block w-full resize-y rounded-xl border border-line bg-raised px-3 py-2 text-sm leading-6 outline-none placeholder:text-muted focus:border-accent aria-invalid:border-danger" />
        {textProblem !== null && <p id={`${id}-problem`} role="alert" className="mt-1.5 text-sm text-danger">{textProblem}</p>}
      </div>
      <Button type="submit" look="primary" disabled={isAdding}>{isAdding ? "Adding…" : "Add the document"}</Button>
    </form>
  );
}

function fieldOf(error: unknown): Problem["field"] {
  const data: unknown = error instanceof ConvexError ? error.data : null;
  return typeof data === "object" && data !== null && "field" in data && data.field === "title" ? "title" : "text";
}
