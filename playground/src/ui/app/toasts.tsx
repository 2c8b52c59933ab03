import { CircleAlert, CircleCheck, X } from "lucide-react";
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";
import { IconButton } from "./controls";
import { describeError } from "./errors";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isError: boolean;
}

/** Says something at the edge of the page, for a while. */
export interface Toasts {
  /** That something was done. */
  done: (text: string) => void;
  /** That something failed, and why. */
  failed: (error: unknown) => void;
}

const ToastContext = createContext<Toasts>({ done: () => undefined, failed: () => undefined });

export function useToasts(): Toasts {
  return useContext(ToastContext);
}

const SHOWN_MS = 8_000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const nextId = useRef(1);
  const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useMemo((): Toasts => {
    const add = (text: string, isError: boolean) => {
      const id = nextId.current++;
      // The same message twice is the same message.
      setToasts((all) => [...all.filter((toast) => toast.text !== text).slice(-2), { id, text, isError }]);
      setTimeout(() => close(id), SHOWN_MS);
    };
    return { done: (text) => add(text, false), failed: (error) => add(describeError(error), true) };
  }, [close]);
  return (
    <ToastContext.Provider value={show}>
      {children}
      <div role="alert" className="pointer-events-none fixed inset-x-3 top-38 z-50 md:top-26">
        <ol className="flex flex-col items-center gap-2 sm:items-end">
          {toasts.map(({ id, text, isError }) => (
            <li key={id} className="pointer-events-auto flex w-full max-w-sm items-start gap-3 rounded-xl border border-line bg-raised py-2 pr-2 pl-4 shadow-lg">
              {isError ? <CircleAlert size={18} aria-hidden className="mt-2 shrink-0 text-danger" /> : <CircleCheck size={18} aria-hidden className="mt-2 shrink-0 text-good" />}
              <p className="min-w-0 flex-1 py-1.5 text-sm wrap-anywhere">{text}</p>
              <IconButton label="Close this message" onClick={() => close(id)}><X size={16} /></IconButton>
            </li>
          ))}
        </ol>
      </div>
    </ToastContext.Provider>
  );
}
