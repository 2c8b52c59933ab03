import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import { describeError } from "../app/errors";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";

/** Puts three sample conversations into the viewer's list. */
export function SampleButton() {
  const add = useMutation(api.search.samples.add);
  const showToast = useToast();
  const [state, setState] = useState<"idle" | "adding" | "added">("idle");
  const run = async () => {
    setState("adding");
    try {
      await add({ viewerKey });
      setState("added");
    } catch (error) {
      setState("idle");
      showToast(describeError(error));
    }
  };
  if (state === "added") return <span role="status" className="font-medium text-ink">three conversations are in your list now.</span>;
  return <button type="button" disabled={state === "adding"} onClick={() => void run()} className="rounded font-medium text-accent underline underline-offset-2">add three sample conversations</button>;
}
