import { MessageSquareOff } from "lucide-react";
import { Component, type ReactNode } from "react";
import { Button } from "./controls";
import { describeError, errorCode } from "./errors";
import { navigate } from "./router";

/** Catches what a query threw while the page renders, and says it. A new `resetKey` (another page) tries again. */
export class ErrorBoundary extends Component<{ resetKey: string; homePath: string; children: ReactNode }, { error: unknown; failedKey: string | null }> {
  override state: { error: unknown; failedKey: string | null } = { error: null, failedKey: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  static getDerivedStateFromProps(props: { resetKey: string }, state: { error: unknown; failedKey: string | null }) {
    if (state.error === null) return { failedKey: null };
    if (state.failedKey === null) return { failedKey: props.resetKey };
    return state.failedKey === props.resetKey ? null : { error: null, failedKey: null };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const isMissing = errorCode(error) === "not_found";
    return (
      <div role="alert" className="grid h-full place-items-center p-6">
        <div className="max-w-md text-center">
          <MessageSquareOff size={28} aria-hidden className="mx-auto text-muted" />
          <h2 className="mt-4 text-lg font-semibold">{isMissing ? "Nothing is here" : "This page could not be shown"}</h2>
          <p className="mt-2 text-muted">{describeError(error)}</p>
          <div className="mt-5 flex justify-center gap-2">
            {!isMissing && <Button onClick={() => this.setState({ error: null, failedKey: null })}>Try again</Button>}
            <Button look="primary" onClick={() => navigate(this.props.homePath)}>Start a new conversation</Button>
          </div>
        </div>
      </div>
    );
  }
}
