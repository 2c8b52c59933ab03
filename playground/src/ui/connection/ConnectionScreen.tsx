import { KeyRound } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button, Checkbox, Field } from "../app/controls";
import { CopyIcon } from "../app/Copy";
import { Dots } from "../app/states";
import { ThemeToggle } from "../app/theme";
import { formatDuration } from "../app/format";
import type { Problem } from "./check";
import { DEFAULT_API_PATH, type Target } from "./target";

const ISSUE = `npx convex run --component agent apiKeys:issue '{"name":"playground"}'`;

interface Props {
  target: Target;
  problem: Problem | null;
  isChecking: boolean;
  /** The target is tried again by itself: its key may well be right. */
  isRetried: boolean;
  onConnect: (target: Target, options: { isForLong: boolean }) => void;
}

/** The first screen, where something is missing or does not work: asks for it, and says what is wrong. */
export function ConnectionScreen({ target, problem, isChecking, isRetried, onConnect }: Props) {
  const [url, setUrl] = useState(target.url);
  const [apiPath, setApiPath] = useState(target.apiPath);
  const [apiKey, setApiKey] = useState("");
  const [isForLong, setIsForLong] = useState(false);
  // A key is given to the deployment that it was typed for and to no other.
  const knownKey = isRetried && url === target.url ? target.apiKey : "";
  const isAgain = knownKey !== "" && (apiKey === "" || apiKey === knownKey) && apiPath === target.apiPath;
  const about = fieldOf(problem);
  const text = problem === null || isChecking ? undefined : <Explanation problem={problem} />;
  const at = (field: string) => (about === field ? text : undefined);
  return (
    <div className="flex min-h-full flex-col">
      <header className="flex h-14 shrink-0 items-center gap-2.5 px-4"><Logo /><span className="flex-1" /><ThemeToggle /></header>
      <main className="mx-auto w-full max-w-md flex-1 px-4 pt-6 pb-12">
        <h1 className="text-2xl font-semibold tracking-tight">Connect to your app</h1>
        <p className="mt-1.5 text-muted">See what your agents do, and why, in any Convex deployment that exports the playground’s functions.</p>
        <form className="mt-7 space-y-5" onSubmit={(event) => { event.preventDefault(); onConnect({ url, apiPath, apiKey: apiKey === "" ? knownKey : apiKey }, { isForLong }); }}>
          <Field label="Deployment URL" value={url} onChange={(event) => setUrl(event.target.value)} problem={at("url")} autoFocus={target.url === ""} required
            placeholder="https://happy-otter-123.convex.cloud" hint={<>In <code>.env.local</code> as <code>CONVEX_URL</code>, or with a prefix such as <code>VITE_</code>.</>} inputMode="url" autoComplete="url" spellCheck={false} />
          <Field label="Path of the functions" value={apiPath} onChange={(event) => setApiPath(event.target.value)} problem={at("path")}
            placeholder={DEFAULT_API_PATH} hint={<><code>playground</code> for <code>convex/playground.ts</code>.</>} spellCheck={false} autoComplete="off" />
          <Field label="API key" value={apiKey} onChange={(event) => setApiKey(event.target.value)} problem={at("key")} type="password" autoComplete="off" autoFocus={target.url !== ""} required={knownKey === ""}
            hint={knownKey !== "" && apiKey === "" ? "Left empty, the key that is known is used." : undefined} />
          <Checkbox label="Keep the key in this browser" hint="Otherwise it is gone when the tab is closed. It is sent to this deployment alone, and never part of a link." checked={isForLong} onChange={(event) => setIsForLong(event.target.checked)} />
          {about === "form" && text !== undefined && <div role="alert" className="rounded-lg border border-danger/30 bg-danger-wash px-3 py-2.5 text-sm wrap-anywhere">{text}</div>}
          <div className="flex items-center gap-3">
            <Button type="submit" look="primary" disabled={isChecking}>{isAgain ? "Try again" : "Connect"}</Button>
            <span role="status" className="flex items-center gap-2 text-sm text-muted">{isChecking ? <><Dots />Checking…</> : isAgain && <><Dots />It is tried again every few seconds.</>}</span>
          </div>
        </form>
        <HowToIssue />
      </main>
    </div>
  );
}

export function Logo() {
  return (
    <>
      <span aria-hidden className="grid size-7 shrink-0 place-items-center rounded-lg bg-accent text-accent-ink"><svg viewBox="0 0 32 32" className="size-5"><path d="M11 9l11 7-11 7z" fill="currentColor" /></svg></span>
      <span className="font-semibold tracking-tight">Agent playground</span>
    </>
  );
}

function HowToIssue() {
  return (
    <section aria-labelledby="issue" className="mt-9 rounded-xl border border-line bg-panel p-4 text-sm">
      <h2 id="issue" className="flex items-center gap-2 font-medium"><KeyRound size={16} aria-hidden className="text-muted" />How to get a key</h2>
      <p className="mt-1.5 text-muted">In your project, next to <code>convex/</code>:</p>
      <div className="relative mt-2">
        <pre tabIndex={0} className="rounded-lg border border-line bg-code py-2 pr-9 pl-3 font-mono text-xs whitespace-pre-wrap wrap-anywhere">{ISSUE}</pre>
        <CopyIcon label="Copy the command" text={() => ISSUE} className="absolute top-1 right-1 size-7 bg-code" />
      </div>
      <p className="mt-2 text-muted">A name that is in use gets the new key, and the old one ends. With <code>"readOnly":true</code> a key looks and changes nothing.</p>
    </section>
  );
}

function fieldOf(problem: Problem | null): "url" | "path" | "key" | "form" | null {
  if (problem === null) return null;
  switch (problem.kind) {
    case "no_url":
    case "unreachable":
    case "not_convex": return "url";
    case "bad_path":
    case "no_functions": return "path";
    case "no_key":
    case "wrong_key": return "key";
    case "failed": return "form";
    default: return problem satisfies never;
  }
}

/** What is wrong, and what to do about it. */
function Explanation({ problem }: { problem: Problem }): ReactNode {
  switch (problem.kind) {
    case "no_url": return "This is not the address of a deployment. It looks like https://happy-otter-123.convex.cloud or http://127.0.0.1:3210.";
    case "unreachable": return <>Nothing answers at {problem.url}. Is it running, and is the address right?{isMixed(problem.url) && " This page came over https; some browsers do not let it ask an address without."}</>;
    case "not_convex": return <>Something answers at {problem.url}, but it is no Convex deployment (HTTP {problem.status}). Take the address from .env.local, not that of your web page.</>;
    case "bad_path": return <>“{problem.path}” cannot be a module of convex/. Write playground for convex/playground.ts, foo/bar for convex/foo/bar.ts.</>;
    case "no_functions": return <>The deployment is there, but convex/{problem.path}.ts exports no playground functions. Export what definePlaygroundAPI(components.agent, {"{ agents }"}) returns from it, and push: npx convex dev.</>;
    case "no_key": return "A key is needed; below is how to get one.";
    case "wrong_key": return problem.heldBackMs >= 1_000
      ? <>This key is not valid, or not any more. Many wrong keys were tried of late, so this answer was held back for {formatDuration(problem.heldBackMs)}; a right key is never held back.</>
      : "This key is not valid, or not any more. Keys end when another is issued with their name.";
    case "failed": return <>The check failed: {problem.message}</>;
    default: return problem satisfies never;
  }
}

function isMixed(url: string): boolean {
  return window.location.protocol === "https:" && url.startsWith("http:");
}
