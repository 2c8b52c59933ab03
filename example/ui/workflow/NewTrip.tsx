import { useMutation } from "convex/react";
import { Route } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { api } from "../../convex/_generated/api";
import { Button } from "../app/controls";
import { describeError, errorCode } from "../app/errors";
import { navigate } from "../app/router";
import { useToast } from "../app/toasts";
import { viewerKey } from "../app/viewer";
import { focusUnlessTouch } from "../chat/usePromptField";
import { Field } from "../topics/Field";
import { ModelLine } from "../topics/ModelLine";

const suggestions = ["Lisbon", "Oslo", "Cairo", "Tokyo"];

/** Where a trip begins. */
export function NewTrip({ path }: { path: string }) {
  const start = useMutation(api.workflow.trips.start);
  const showToast = useToast();
  const [city, setCity] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isStarting, setIsStarting] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const pick = (name: string) => {
    flushSync(() => {
      setCity(name);
      setProblem(null);
    });
    field.current?.focus();
    field.current?.setSelectionRange(name.length, name.length);
  };
  useEffect(() => { if (document.activeElement === document.body) focusUnlessTouch(field.current); }, []);
  const submit = async () => {
    const from = window.location.pathname;
    setIsStarting(true);
    try {
      const { threadId } = await start({ viewerKey, city });
      // Who has gone elsewhere meanwhile stays there.
      if (window.location.pathname === from) navigate(`/${path}/${encodeURIComponent(threadId)}`);
    } catch (error) {
      if (errorCode(error) === "invalid_input") setProblem(describeError(error));
      else showToast(describeError(error));
      setIsStarting(false);
    }
  };
  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <div className="m-auto w-full max-w-xl p-6">
        <Route size={28} aria-hidden className="text-accent" />
        <h2 className="mt-4 text-2xl font-semibold tracking-tight">Where do you want to go?</h2>
        <p className="mt-2 text-muted">
          Two agents plan the trip, one after the other: the first looks at the weather, the second packs for it. A workflow keeps
          what was reached in the database. Stop the backend in the middle, even with <code>kill -9</code>, and start it again: the plan goes on.
        </p>
        <form className="mt-6" onSubmit={(event) => { event.preventDefault(); if (!isStarting) void submit(); }}>
          <Field ref={field} label="City" value={city} problem={problem} placeholder="Lisbon" autoComplete="off"
            onChange={(event) => { setCity(event.target.value); setProblem(null); }}
            action={<Button type="submit" look="primary" disabled={isStarting}>{isStarting ? "Starting…" : "Plan the trip"}</Button>} />
        </form>
        <p className="mt-4 flex flex-wrap items-center gap-2 text-sm text-muted">
          For example {suggestions.map((name) => <Button key={name} onClick={() => pick(name)}>{name}</Button>)}
        </p>
      </div>
      <div className="pb-3"><ModelLine /></div>
    </div>
  );
}
