import { CircleAlert } from "lucide-react";
import { Component, useEffect, useState, type ReactNode } from "react";
import { Button } from "./controls";
import { describeError, isCodeMissing } from "./errors";

/** Three dots that say "something is on its way". */
export function Dots() {
  return (
    <span aria-hidden className="inline-flex gap-1">
      {[0, 1, 2].map((dot) => (
        <span key={dot} className="size-1.5 rounded-full bg-muted animate-blink" style={{ animationDelay: `${dot * 0.16}s` }} />
      ))}
    </span>
  );
}

/** Below this, what is on its way comes without a word: a flicker is worse than nothing. */
const PATIENCE_MS = 150;

/** A place that is being filled. */
export function Loading({ label }: { label: string }) {
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" className="grid h-full min-h-16 place-items-center p-4 text-sm text-muted">
      {isLong && <span className="flex items-center gap-2"><Dots />{label}</span>}
    </div>
  );
}

/** A place with nothing in it, and what could be done about that. */
export function Empty({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="grid h-full place-items-center p-6 text-center">
      <div className="max-w-sm">
        {icon !== undefined && <div aria-hidden className="mb-3 flex justify-center text-muted">{icon}</div>}
        <p className="font-medium">{title}</p>
        {children !== undefined && <div className="mt-1.5 text-sm text-muted">{children}</div>}
      </div>
    </div>
  );
}

/** What went wrong, where it went wrong. */
export function ErrorNote({ error, title, onRetry }: { error: unknown; title?: string; onRetry?: () => void }) {
  return (
    <div role="alert" className="rounded-lg border border-danger/30 bg-danger-wash px-3 py-2.5 text-sm">
      <p className="flex items-start gap-2">
        <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-danger" />
        <span className="min-w-0 wrap-anywhere">{title !== undefined && <span className="block font-medium text-danger">{title}</span>}{describeError(error)}</span>
      </p>
      {isCodeMissing(error) ? <Button size="small" className="mt-2" onClick={() => window.location.reload()}>Reload the page</Button>
        : onRetry !== undefined && <Button size="small" className="mt-2" onClick={onRetry}>Try again</Button>}
    </div>
  );
}

interface BoundaryProps {
  /** What could not be shown: "The timeline". */
  what: string;
  /** Another key tries again. */
  resetKey: string;
  children: ReactNode;
}

/** Catches what a query threw while its part of the screen renders, and says it there; the rest of the screen stays. */
export class ErrorBoundary extends Component<BoundaryProps, { error: unknown; failedKey: string | null }> {
  override state: { error: unknown; failedKey: string | null } = { error: null, failedKey: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  static getDerivedStateFromProps({ resetKey }: BoundaryProps, { error, failedKey }: { error: unknown; failedKey: string | null }) {
    if (error === null) return { failedKey: null };
    if (failedKey === null) return { failedKey: resetKey };
    return failedKey === resetKey ? null : { error: null, failedKey: null };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="mx-auto w-full max-w-xl p-4">
        <ErrorNote error={error} title={`${this.props.what} cannot be shown`} onRetry={() => this.setState({ error: null, failedKey: null })} />
      </div>
    );
  }
}
