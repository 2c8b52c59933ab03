import type { ReactNode } from "react";

interface WelcomeProps {
  title: string;
  text: ReactNode;
  suggestions: readonly string[];
  onPick: (text: string, suggestions: readonly string[]) => void;
}

/** What a page says before anything was said on it. */
export function Welcome({ title, text, suggestions, onPick }: WelcomeProps) {
  return (
    <div role="region" aria-label="Welcome" tabIndex={0} className="grid min-h-0 flex-1 place-items-center overflow-y-auto p-6 outline-offset-[-2px]">
      <div className="w-full max-w-xl">
        <h2 className="text-2xl font-semibold tracking-tight">{title}</h2>
        <p className="mt-2 text-muted">{text}</p>
        <ul className="mt-6 grid gap-2">
          {suggestions.map((suggestion) => (
            <li key={suggestion}><button type="button" onClick={() => onPick(suggestion, suggestions)} className="w-full rounded-xl border border-line px-4 py-3 text-left text-sm transition-colors hover:bg-panel">{suggestion}</button></li>
          ))}
        </ul>
      </div>
    </div>
  );
}
