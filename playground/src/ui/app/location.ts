import { useMemo, useSyncExternalStore } from "react";

export const PANELS = ["messages", "timeline", "context", "usage", "compare"] as const;
export type Panel = (typeof PANELS)[number];

/**
 * What is on screen. All of it is in the part of the address behind `#`, which a browser sends to nobody:
 * `#userId=ann&threadId=k57…&panel=context&messageId=j97…&recent=20`. The key is never part of it.
 */
export interface Place {
  userId?: string | undefined;
  threadId?: string | undefined;
  /** A turn of the thread. */
  order?: number | undefined;
  messageId?: string | undefined;
  /** Default: messages. `usage` is about all threads. */
  panel?: Panel | undefined;
  /** What a panel or a list has chosen, by a name of its own. From the address it is always text: see {@link optionOf}. */
  [option: string]: string | number | undefined;
}

/** The place on screen; renders again when it changes. */
export function useLocation(): Place {
  const hash = useSyncExternalStore(subscribe, currentHash);
  return useMemo(() => parsePlace(hash), [hash]);
}

/** An option of a place, as text; undefined when it is not set. */
export function optionOf(place: Place, name: string): string | undefined {
  const value = place[name];
  return value === undefined ? undefined : String(value);
}

/**
 * Goes to another place: what `place` leaves out stays, what it gives as undefined goes. Another thread lets go of
 * turn, message, panel and options; another user of the thread too.
 *
 * @param options.replace - Takes the place of this one in the browser's history: for what is typed or slid.
 */
export function go(place: Partial<Place>, { replace = false }: { replace?: boolean } = {}): void {
  const hash = hrefTo(place);
  if (hash === window.location.hash || (hash === "#" && window.location.hash === "")) return;
  if (replace) window.history.replaceState(null, "", hash);
  else window.history.pushState(null, "", hash);
  for (const listener of listeners) listener();
}

/** The address of a place, for a link: `<a href={hrefTo({ threadId })}>`. Following it is the same as {@link go}. */
export function hrefTo(place: Partial<Place>): string {
  return formatPlace(movedTo(parsePlace(currentHash()), place));
}

/** Where a link leads to when the page itself does not know: the key is not part of it. */
export interface LinkedDeployment {
  readonly url: string;
  readonly apiPath: string;
}

let linked: LinkedDeployment | null = null;

/** Links that are given to somebody name this deployment from now on: the page is hosted, and serves any. */
export function nameInLinks(deployment: LinkedDeployment | null): void {
  linked = deployment;
}

/** The whole address of what is on screen, to give to somebody. */
export function currentLink(): string {
  return linkTo({});
}

/** The whole address of a place, to give to somebody: see {@link hrefTo}. */
export function linkTo(place: Partial<Place>): string {
  const deployment = linked === null ? {} : { deployment: linked.url, functions: linked.apiPath };
  return new URL(formatPlace({ ...movedTo(parsePlace(currentHash()), place), ...deployment }), window.location.href).href;
}

/** Takes the deployment that a link named out of the address: from here on the connection says it. */
export function takeLinkedDeployment(): Partial<LinkedDeployment> {
  const { deployment, functions, ...place } = parsePlace(currentHash());
  if (deployment === undefined && functions === undefined) return {};
  window.history.replaceState(null, "", formatPlace(place));
  return { url: deployment === undefined ? undefined : String(deployment), apiPath: functions === undefined ? undefined : String(functions) };
}

/** Where one is after going from `from` to `place`. */
export function movedTo(from: Place, place: Partial<Place>): Place {
  const changes = (name: "userId" | "threadId") => name in place && place[name] !== from[name];
  const { userId, threadId } = from;
  if (changes("userId")) return { userId, ...place };
  if (changes("threadId")) return { ...listOptions(from), userId, threadId, ...place };
  return { ...from, ...place };
}

/** Options of the list of threads stay when another thread is picked from it. */
const LIST_OPTIONS = ["search", "status", "of"] as const;

function listOptions(from: Place): Place {
  return Object.fromEntries(LIST_OPTIONS.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}

/** The place that an address names. What it cannot mean is left out. */
export function parsePlace(hash: string): Place {
  const { order, panel, ...texts } = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));
  const place: Place = texts;
  if (order !== undefined && /^\d{1,15}$/.test(order)) place.order = Number(order);
  const known = PANELS.find((name) => name === panel);
  if (known !== undefined) place.panel = known;
  return place;
}

/** The address of a place, with what is known of everywhere first and options in the order of their names. */
export function formatPlace({ userId, threadId, panel, order, messageId, ...options }: Place): string {
  const params = new URLSearchParams();
  const add = (name: string, value: string | number | undefined) => {
    if (value !== undefined && value !== "") params.set(name, String(value));
  };
  for (const [name, value] of Object.entries({ userId, threadId, panel, order, messageId })) add(name, value);
  for (const name of Object.keys(options).toSorted()) add(name, options[name]);
  return `#${params.toString()}`;
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  for (const event of ["popstate", "hashchange"]) window.addEventListener(event, listener);
  return () => {
    listeners.delete(listener);
    for (const event of ["popstate", "hashchange"]) window.removeEventListener(event, listener);
  };
}

function currentHash(): string {
  return window.location.hash;
}
