import { Check, Copy, type LucideIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, IconButton } from "./controls";
import { useToasts } from "./toasts";

const SHOWN_MS = 1_500;

function useCopy(text: () => string): { isCopied: boolean; copy: () => void } {
  const [isCopied, setIsCopied] = useState(false);
  const toasts = useToasts();
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  // A browser refuses where the page has no focus or no permission.
  const copy = () => void navigator.clipboard.writeText(text()).then(() => setIsCopied(true), toasts.failed);
  return { isCopied, copy };
}

/** An icon that copies; `label` says what. */
export function CopyIcon({ label, text, icon: Icon = Copy, className = "size-7" }: { label: string; text: () => string; icon?: LucideIcon; className?: string }) {
  const { isCopied, copy } = useCopy(text);
  return <IconButton label={isCopied ? "Copied" : label} onClick={copy} className={className}>{isCopied ? <Check size={14} /> : <Icon size={14} />}</IconButton>;
}

/** A button that copies. */
export function CopyButton({ label, text }: { label: string; text: () => string }) {
  const { isCopied, copy } = useCopy(text);
  return <Button size="small" onClick={copy}>{isCopied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}{isCopied ? "Copied" : label}</Button>;
}
