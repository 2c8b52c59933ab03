import { Check, Copy } from "lucide-react";
import { isValidElement, useRef, useState, type ReactNode } from "react";
import { useToast } from "../app/toasts";

/** A block of code, with the name of its language and a button that copies it. */
export function CodeBlock({ children }: { children: ReactNode }) {
  const code = useRef<HTMLPreElement>(null);
  const [isCopied, setIsCopied] = useState(false);
  const showToast = useToast();
  const language = languageOf(children);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code.current?.textContent ?? "");
      setIsCopied(true);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      showToast("The browser does not let this page copy. Select the code and copy it from there.");
    }
  };
  return (
    <div className="code-block">
      <div className="code-head">
        <span>{language ?? "code"}</span>
        <button type="button" onClick={() => void copy()} className="inline-flex items-center gap-1.5 rounded px-1.5 py-0.5 hover:text-ink">
          {isCopied ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}{isCopied ? "Copied" : "Copy"}
        </button>
      </div>
      <pre ref={code} tabIndex={0}>{children}</pre>
    </div>
  );
}

/** What the fence names as its language: Markdown gives it to the code as a class. */
function languageOf(children: ReactNode): string | undefined {
  if (!isValidElement<{ className?: unknown }>(children)) return undefined;
  const { className } = children.props;
  return typeof className === "string" ? /\blanguage-([\w+#.-]{1,20})/.exec(className)?.[1] : undefined;
}
