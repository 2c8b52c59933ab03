import { useId, type InputHTMLAttributes, type ReactNode, type Ref } from "react";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** What is wrong with what was typed, from the last attempt. */
  problem: string | null;
  /** Beside the line: the button that sends it. */
  action?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}

/** A labelled line to type in, with what is wrong with it beneath. */
export function Field({ label, hint, problem, action, ...input }: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className="min-w-0 flex-1">
      <label htmlFor={id} className="text-sm font-medium">{label}</label>
      {hint !== undefined && <p id={`${id}-hint`} className="text-sm text-muted">{hint}</p>}
      <div className="mt-1.5 flex flex-wrap items-stretch gap-3">
        <input id={id} {...input} aria-invalid={problem !== null} aria-describedby={problem === null ? (hint === undefined ? undefined : `${id}-hint`) : `${id}-problem`}
          className="block min-w-40 flex-1 rounded-xl border border-line bg-raised px-3 py-2 outline-none focus:border-accent aria-invalid:border-danger" />
        {action}
      </div>
      {problem !== null && <p id={`${id}-problem`} role="alert" className="mt-1.5 text-sm text-danger wrap-anywhere">{problem}</p>}
    </div>
  );
}
