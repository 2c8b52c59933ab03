import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";

/** Which model answers on this page, in one line. */
export function ModelLine() {
  const model = useQuery(api.modelInfo.get);
  return <p className="min-h-4 text-center text-xs text-muted">{model?.label}</p>;
}
