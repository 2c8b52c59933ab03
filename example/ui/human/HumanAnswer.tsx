import { UserRound } from "lucide-react";
import type { AnyToolPart, ToolSlots } from "../chat/toolSlots";

/** The call that only a person answers. */
export function isAskHuman(part: AnyToolPart): boolean {
  return part.type === "tool-askHuman" || (part.type === "dynamic-tool" && part.toolName === "askHuman");
}

export function waitsForPerson(part: AnyToolPart): string | null {
  return isAskHuman(part) ? "Waits for a person" : null;
}

/** What a person answered to the agent's question. */
export function HumanAnswer({ text }: { text: string }) {
  return (
    <p className="flex items-start gap-2 border-t border-line bg-raised px-4 py-2.5">
      <UserRound size={15} aria-hidden className="mt-0.5 shrink-0 text-accent" /><span className="sr-only">A person answered:</span><span className="wrap-anywhere whitespace-pre-wrap">{text}</span>
    </p>
  );
}

/** How calls look to everybody but the customer. */
export const supportSlots: ToolSlots = { waitsFor: waitsForPerson, output: (output) => (typeof output === "string" ? <HumanAnswer text={output} /> : null) };
