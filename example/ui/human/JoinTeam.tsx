import { useMutation, useQuery } from "convex/react";
import { useState, type FormEvent } from "react";
import { ConvexError } from "convex/values";
import { api } from "../../convex/_generated/api";
import { Button } from "../app/controls";
import { describeError } from "../app/errors";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { setDraft, useDraft } from "../chat/drafts";
import { Field } from "../topics/Field";

const NAME = "human/name";

/** How one becomes a member of the support team. */
export function JoinTeam() {
  const me = useQuery(api.human.team.me, { viewerKey });
  const join = useMutation(api.human.team.join);
  const showToast = useToast();
  const name = useDraft(NAME);
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState<{ field: unknown; text: string } | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    try {
      await join({ viewerKey, name, code });
      setDraft(NAME, "");
    } catch (error) {
      const data: unknown = error instanceof ConvexError ? error.data : null;
      if (typeof data === "object" && data !== null && "field" in data) setProblem({ field: data.field, text: describeError(error) });
      else showToast(describeError(error));
    }
  };
  const problemOf = (field: string) => (problem?.field === field ? problem.text : null);
  const hint = typeof me?.demoCode === "string" ? <>In this demo it is <code className="rounded bg-bubble px-1.5 py-0.5 text-ink">{me.demoCode}</code>. An app with accounts has roles instead.</> : "Ask a colleague for it.";
  return (
    <form aria-label="Join the support team" onSubmit={(event) => void submit(event)} className="mx-auto w-full max-w-md space-y-4 rounded-2xl border border-line bg-panel p-5">
      <div>
        <h2 className="font-semibold">Join the support team</h2>
        <p className="mt-1 text-sm text-muted">Only its members see who waits, and answer.</p>
      </div>
      <Field label="Your name" hint="Customers see it." value={name} autoComplete="given-name" problem={problemOf("name")} onChange={(event) => { setDraft(NAME, event.target.value); setProblem(null); }} />
      <Field label="Code of the team" hint={hint} value={code} autoComplete="off" problem={problemOf("code")} onChange={(event) => { setCode(event.target.value); setProblem(null); }} />
      <Button type="submit" look="primary">Join</Button>
    </form>
  );
}
