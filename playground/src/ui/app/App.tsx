import { ConvexProvider } from "convex/react";
import { useEffect } from "react";
import { ConnectionProvider, usePlaygroundQuery } from "../connection/api";
import type { Problem } from "../connection/check";
import { ConnectionScreen } from "../connection/ConnectionScreen";
import { useConnector } from "../connection/useConnector";
import { Screen } from "./Screen";
import { ErrorBoundary, Loading } from "./states";
import { ToastProvider } from "./toasts";

/** The first screen as long as there is no connection, then the playground. */
export function App() {
  const { state, connector } = useConnector();
  if (state.kind === "connected") {
    return (
      <ConvexProvider client={state.client}>
        <ConnectionProvider value={state.connection}>
          <ToastProvider>
            <ErrorBoundary what="Whether the key is right" resetKey={state.connection.url}><KeyWatch onEnd={connector.disconnect} /></ErrorBoundary>
            <Screen onDisconnect={() => connector.disconnect(null)} />
          </ToastProvider>
        </ConnectionProvider>
      </ConvexProvider>
    );
  }
  if (state.kind === "checking" && state.isFirst) return <main className="h-full"><Loading label={`Connecting to ${state.target.url}`} /></main>;
  const { problem, isRetried } = state.kind === "asking" ? state : { problem: null, isRetried: false };
  return <ToastProvider><ConnectionScreen target={state.target} problem={problem} isRetried={isRetried} isChecking={state.kind === "checking"} onConnect={connector.connect} /></ToastProvider>;
}

/** A key can be revoked while it is in use. */
function KeyWatch({ onEnd }: { onEnd: (problem: Problem) => void }) {
  const isValid = usePlaygroundQuery("isApiKeyValid", {});
  useEffect(() => {
    if (isValid === false) onEnd({ kind: "wrong_key", heldBackMs: 0 });
  }, [isValid, onEnd]);
  return null;
}
