import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";

/** One line: which model answers. Says so when it is a script. */
export function ModelNote() {
  const model = useQuery(api.modelInfo.get);
  return (
    <p className="min-h-4 px-2 pt-2 text-center text-xs text-muted">
      {model?.kind === "demo" && <>A scripted demo model answers. For a real one, put <code>OPENAI_API_KEY=…</code> into <code>.env.local</code> and start again.</>}
      {model?.kind === "openai" && <>Answered by {model.label}. It can be wrong.</>}
    </p>
  );
}
