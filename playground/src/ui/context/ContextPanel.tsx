import type { AgentDescription, PromptContext } from "convex-agent";
import { ListTree } from "lucide-react";
import { useMemo } from "react";
import { MissingAgent } from "../compare/MissingAgent";
import { agentOf } from "../compare/runOptions";
import { useDraft } from "../compare/useDraft";
import { Button, Field, Select } from "../app/controls";
import { formatCount } from "../app/format";
import { go, optionOf, useLocation, type Place } from "../app/location";
import { Empty, ErrorNote, Loading } from "../app/states";
import { useOptionalQuery, usePlayground, usePlaygroundAction } from "../connection/api";
import { ContextControls } from "./ContextControls";
import { ContextMessages } from "./ContextMessages";
import { CONTEXT_NAMES, readChanges, realChanges, toContextOptions, valuesOf, withoutGaps, type ContextChanges } from "./contextValues";
import { ORIGINS, tokensByOrigin } from "./origins";
import { useLatestCall } from "./useLatestCall";

interface Props {
  threadId: string;
  messageId: string;
  /** Who answered in the turn that is looked at. */
  turnAgent: string | undefined;
}

/** What a model would be shown for a message, where each part of it comes from, and the options that decide it. */
export function ContextPanel({ threadId, messageId, turnAgent }: Props) {
  const { agents } = usePlayground();
  // An app that exports only the documented functions can make a context all the same.
  const found = useOptionalQuery("getMessage", { messageId });
  const message = found.kind === "value" ? found.value : undefined;
  // A prompt is nobody's: whoever answered it was shown its context.
  const isOfNobody = message !== undefined && message !== null && message.agentName === undefined;
  const turn = useOptionalQuery("listTurn", isOfNobody ? { threadId, order: message.order } : "skip");
  if (agents === undefined || found.kind === "loading" || (isOfNobody && turn.kind === "loading")) return <Loading label="Loading the message" />;
  if (message === null) return <Empty icon={<ListTree size={24} />} title="There is no such message">It may have been deleted, or the link is of another deployment.</Empty>;
  if (agents.length === 0) return <Empty icon={<ListTree size={24} />} title="There is no agent here">A context is made by an agent: list some in definePlaygroundAPI.</Empty>;
  const answeredBy = turn.kind === "value" ? turn.value.find((doc) => doc.agentName !== undefined)?.agentName : undefined;
  const agentName = message?.agentName ?? answeredBy ?? turnAgent;
  return <Context key={messageId} threadId={threadId} messageId={messageId} agentName={agentName} agents={agents} />;
}

function Context({ threadId, messageId, agentName, agents }: { threadId: string; messageId: string; agentName: string | undefined; agents: readonly AgentDescription[] }) {
  const place = useLocation();
  const agent = agentOf(agents, optionOf(place, "agent"), agentName);
  const base = useMemo(() => valuesOf(agent?.contextOptions), [agent?.contextOptions]);
  const changes = realChanges(readChanges((name) => optionOf(place, name)), base);
  const values = withoutGaps(base, changes);
  const fetchContext = usePlaygroundAction("fetchPromptContext");
  const prompt = optionOf(place, "prompt") ?? "";
  const target = prompt.trim() === "" ? { targetMessageId: messageId } : { prompt };
  const { result, error, isLoading, retry } = useLatestCall(fetchContext, agent === undefined ? null : { agentName: agent.name, threadId, ...target, contextOptions: toContextOptions(values) });
  const isChanged = Object.keys(changes).length > 0;
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-4 p-3 sm:p-4">
      <header className="flex flex-wrap items-end gap-3">
        <Select label="As which agent" value={agent?.name} onChange={(event) => go({ agent: event.target.value }, { replace: true })} className="w-56">
          {agents.map(({ name }) => <option key={name}>{name}</option>)}
        </Select>
        <TriedPrompt prompt={prompt} />
      </header>
      {agent !== undefined && <MissingAgent name={agentName} agents={agents} chosen={agent} />}
      <ContextControls values={values} canEmbed={agent?.embeddingModel !== undefined} onChange={(change) => go(asOptions(realChanges({ ...changes, ...change }, base)), { replace: true })} />
      {isChanged && <Button size="small" className="justify-self-start" onClick={() => go(CLEARED, { replace: true })}>Back to the agent’s options</Button>}
      {error !== null && <ErrorNote error={error} title="The context cannot be made" onRetry={retry} />}
      {result === undefined ? isLoading && <Loading label="Making the context" /> : <div aria-busy={isLoading} className={`grid gap-4 transition-opacity ${isLoading ? "opacity-60" : ""}`}><Totals context={result} /><ContextMessages context={result} threadId={threadId} /></div>}
    </div>
  );
}

/** A message that nobody has sent: what would be shown for it, at the end of the thread. */
function TriedPrompt({ prompt }: { prompt: string }) {
  const { text, change, flush } = useDraft(prompt, (next) => go({ prompt: next.trim() === "" ? undefined : next }, { replace: true }));
  return <Field label="For a message that was not sent" value={text} onChange={(event) => change(event.target.value)} onBlur={flush} placeholder="Empty: for the chosen one" autoComplete="off" className="min-w-56 flex-1" />;
}

const CLEARED: Place = Object.fromEntries(CONTEXT_NAMES.map((name) => [name, undefined]));

/** Changes as options of a place; what is the agent's own is taken from it. */
function asOptions(changes: ContextChanges): Place {
  return { ...CLEARED, ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, String(value)])) };
}

/** How much it is, and of what. */
function Totals({ context }: { context: PromptContext }) {
  const { estimatedTokens, messages, reported, searchedFor, instructionsTokens, toolsTokens } = context;
  const parts = [
    ...(instructionsTokens > 0 ? [{ key: "instructions", label: "instructions", fill: "bg-muted", tokens: instructionsTokens }] : []),
    ...tokensByOrigin(messages).map(({ source, tokens, messages: count }) => ({ key: source, label: `${ORIGINS[source].label} (${count})`, fill: ORIGINS[source].fill, tokens })),
    ...(toolsTokens > 0 ? [{ key: "tools", label: "tools", fill: "bg-line", tokens: toolsTokens }] : []),
  ];
  return (
    <section aria-label="In all" className="grid gap-2 rounded-xl border border-line bg-panel px-4 py-3">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="text-lg font-semibold tabular-nums">≈ {formatCount(estimatedTokens)} tokens</span>
        <span className="text-sm text-muted">estimated, {formatCount(messages.length)} {messages.length === 1 ? "message" : "messages"}{messages.some((entry) => entry.holdsFiles) ? ", files not counted" : ""}</span>
      </p>
      {reported !== undefined && <p className="text-sm">When it was said, the provider counted <strong className="tabular-nums">{formatCount(reported.promptTokens)}</strong> tokens{reported.cachedInputTokens ? `, ${formatCount(reported.cachedInputTokens)} of them from its cache` : ""}.</p>}
      <div aria-hidden className="flex h-2 overflow-hidden rounded-full bg-bubble">{parts.map(({ key, fill, tokens }) => <span key={key} className={fill} style={{ flexGrow: tokens }} />)}</div>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
        {parts.map(({ key, label, fill, tokens }) => <li key={key} className="flex items-center gap-1.5 tabular-nums"><span aria-hidden className={`size-2 rounded-sm ${fill}`} />{label}: {formatCount(tokens)}</li>)}
      </ul>
      {searchedFor !== undefined && <p className="text-xs text-muted wrap-anywhere">Searched for “{searchedFor.slice(0, 200)}”.</p>}
    </section>
  );
}
