import { go, optionOf, useLocation } from "../app/location";
import { formatRunOptions, parseRunOptions, type RunOptions } from "./runOptions";

/** Options for an answer, kept in the address under a name. */
export function useRunOptions(name: "send" | "again"): [RunOptions, (options: RunOptions) => void] {
  const options = parseRunOptions(optionOf(useLocation(), name));
  return [options, (next) => go({ [name]: formatRunOptions(next) }, { replace: true })];
}
