import { ArrowDown } from "lucide-react";
import { IconButton } from "../app/controls";

/** Leads a reader who has scrolled up back to where the reply grows. */
export function JumpToNewest({ isAtEnd, onJump }: { isAtEnd: boolean; onJump: () => void }) {
  if (isAtEnd) return null;
  return (
    <IconButton label="Go to the newest message" onClick={onJump} className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full! border border-line bg-raised! shadow-md"><ArrowDown size={18} /></IconButton>
  );
}
