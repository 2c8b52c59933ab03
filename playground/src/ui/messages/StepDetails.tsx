import type { ReactNode } from "react";
import { Disclosure } from "../app/controls";
import { formatCount, formatDuration, formatTime } from "../app/format";
import { Json } from "../app/Json";
import { ErrorBoundary, Loading } from "../app/states";
import { useOptionalQuery } from "../connection/api";
import type { ShownDoc } from "./turns";

/** All that is kept of a message beside what it says: ids, timing, tokens, what the provider sent along, the message as it is stored. */
export function StepDetails({ docs }: { docs: readonly ShownDoc[] }) {
  return (
    <Disclosure look="plain" summary="Details">
      <div className="grid gap-4">{docs.map((doc) => <DocDetails key={doc.key} doc={doc} />)}</div>
    </Disclosure>
  );
}

function DocDetails({ doc }: { doc: ShownDoc }) {
  const { _id, _creationTime, order, stepOrder, message, provider, model, usage, timing, embeddingId, fileIds, rawCallId, streaming, userId } = doc;
  const isCall = message?.role === "assistant" && model !== undefined && !streaming;
  const rows: [string, ReactNode][] = [
    ["Message", <code key="id">{streaming ? "not saved yet" : _id}</code>],
    ["Role", message?.role],
    ["Place", `turn ${order}, ${stepOrder}`],
    ["Saved", streaming ? undefined : formatTime(_creationTime)],
    ["User", userId],
    ["Model", [provider, model].filter(Boolean).join(" / ") || undefined],
    ["Took", timing && formatDuration(timing.endedMs - timing.startedMs)],
    ["First words", timing?.firstOutputMs === undefined ? undefined : `after ${formatDuration(timing.firstOutputMs - timing.startedMs)}`],
    ["Tokens", usage && Object.entries(usage).flatMap(([name, value]) => (typeof value === "number" && value > 0 ? `${words(name)} ${formatCount(value)}` : [])).join(" · ")],
    ["Embedding", embeddingId],
    ["Files", fileIds?.join(", ")],
    ["Raw call", isCall && rawCallId === undefined ? <span key="raw" className="text-muted">not kept; <code>keepRawCalls</code> of the agent keeps it</span> : undefined],
  ];
  return (
    <div className="grid gap-2">
      <dl className="grid grid-cols-[6rem_1fr] gap-x-3 gap-y-1">
        {rows.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => (
          <div key={name} className="contents"><dt className="text-muted">{name}</dt><dd className="wrap-anywhere">{value}</dd></div>
        ))}
      </dl>
      <Kept label="Warnings" value={doc.warnings} />
      <Kept label="Options to the provider" value={doc.providerOptions} />
      <Kept label="From the provider" value={doc.providerMetadata} />
      <Kept label="Usage as the provider counts it" value={usage?.raw} />
      <Kept label="Metadata" value={doc.metadata} />
      <Kept label="As it is stored" value={message} />
      {rawCallId !== undefined && <RawCall messageId={_id} />}
    </div>
  );
}

/** What went to the provider and what came back, where the agent keeps it. Read when it is looked at. */
function RawCall({ messageId }: { messageId: string }) {
  return (
    <Disclosure look="plain" summary="Raw request and response">
      <ErrorBoundary what="The raw call" resetKey={messageId}><RawTexts messageId={messageId} /></ErrorBoundary>
    </Disclosure>
  );
}

function RawTexts({ messageId }: { messageId: string }) {
  const found = useOptionalQuery("getRawCall", { messageId });
  switch (found.kind) {
    case "loading": return <Loading label="Loading the raw call" />;
    case "missing": return <p className="text-muted">It is kept, and the app exports no <code>getRawCall</code> to read it.</p>;
    case "value": return found.value === null ? <p className="text-muted">It is not there any more.</p> : (
      <div className="grid gap-3">
        <div className="grid gap-1"><h4 className="font-medium">Request</h4><Json label="Raw request" value={readable(found.value.request)} /></div>
        <div className="grid gap-1"><h4 className="font-medium">Response</h4><Json label="Raw response" value={readable(found.value.response)} /></div>
      </div>
    );
    default: return found satisfies never;
  }
}

/** JSON, or the text of one that was too long and cut. */
function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function Kept({ label, value }: { label: string; value: unknown }) {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return null;
  return <Disclosure look="plain" summary={label}><Json label={label} value={value} /></Disclosure>;
}

/** "cachedInputTokens" as people say it: "cached input". */
function words(name: string): string {
  return name.replace(/Tokens$/, "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
