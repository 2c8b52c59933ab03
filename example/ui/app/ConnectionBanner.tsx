import { WifiOff } from "lucide-react";
import { useConvexConnectionState } from "convex/react";
import { useEffect, useState } from "react";

/** A connection that is back within this time was never missed. */
const PATIENCE_MS = 1_500;

/** Says that the backend cannot be reached, as long as that is so. */
export function ConnectionBanner() {
  const { isWebSocketConnected, hasEverConnected, hasInflightRequests } = useConvexConnectionState();
  const isShown = useStaysTrue(!isWebSocketConnected, PATIENCE_MS);
  return (
    <div role="status">
      {isShown && (
        <p className="flex items-center justify-center gap-2 bg-danger-wash px-4 py-2 text-sm text-danger">
          <WifiOff size={16} aria-hidden className="shrink-0" />
          {hasEverConnected ? "The connection is lost. " : "The backend cannot be reached. "}
          {hasInflightRequests && hasEverConnected ? "What you sent goes out when it is back; after a reload it is in the field again." : "Trying again…"}
        </p>
      )}
    </div>
  );
}

/** True once `value` has been true for `delayMs` without a break. */
function useStaysTrue(value: boolean, delayMs: number): boolean {
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    if (!value) return;
    const timer = setTimeout(() => setIsLong(true), delayMs);
    return () => {
      clearTimeout(timer);
      setIsLong(false);
    };
  }, [value, delayMs]);
  return value && isLong;
}
