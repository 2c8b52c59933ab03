import { CircleAlert, X } from "lucide-react";
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";
import { IconButton } from "./controls";

interface Toast {
  id: number;
  text: string;
}

const ToastContext = createContext<(text: string) => void>(() => undefined);

/** Shows a message at the edge of the page until it is closed or ten seconds have passed. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext);
}

const SHOWN_MS = 10_000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const nextId = useRef(1);
  const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback((text: string) => {
    const id = nextId.current++;
    // The same message twice is the same message.
    setToasts((all) => [...all.filter((toast) => toast.text !== text).slice(-2), { id, text }]);
    setTimeout(() => close(id), SHOWN_MS);
  }, [close]);
  const list = useMemo(() => toasts.map((toast) => (
    <li key={toast.id} className="pointer-events-auto flex w-full max-w-md items-start gap-3 rounded-xl border border-line bg-raised py-2 pr-2 pl-4 shadow-lg">
      <CircleAlert size={18} aria-hidden className="mt-2 shrink-0 text-danger" />
      <p className="min-w-0 flex-1 py-1.5 text-sm wrap-anywhere">{toast.text}</p>
      <IconButton label="Close this message" onClick={() => close(toast.id)}><X size={16} /></IconButton>
    </li>
  )), [toasts, close]);
  return (
    <ToastContext.Provider value={show}>
      {children}
      <div role="alert" className="pointer-events-none fixed inset-x-3 top-3 z-50"><ol className="flex flex-col items-center gap-2 sm:items-end">{list}</ol></div>
    </ToastContext.Provider>
  );
}
