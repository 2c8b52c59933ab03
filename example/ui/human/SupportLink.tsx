import { Link2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../app/controls";
import { useToast } from "../app/toasts";

/** Copies the conversation's address, for the person who is to help. */
export function SupportLink() {
  const [isCopied, setIsCopied] = useState(false);
  const showToast = useToast();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(window.location.origin + window.location.pathname);
      setIsCopied(true);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      showToast("The browser does not let this page copy. Copy the address from the address bar.");
    }
  };
  return <Button onClick={() => void copy()}><Link2 size={14} aria-hidden />{isCopied ? "Link copied" : "Link for support"}</Button>;
}
