import { useId } from "react";

interface ChoiceProps<Value extends string | number> {
  legend: string;
  hint?: string;
  options: readonly { value: Value; label: string }[];
  value: Value;
  onChange: (value: Value) => void;
}

/** One of a few, all of them in sight. */
export function Choice<Value extends string | number>({ legend, hint, options, value, onChange }: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset aria-describedby={hint === undefined ? undefined : `${name}-hint`}>
      <legend className="text-sm font-medium">{legend}</legend>
      {hint !== undefined && <p id={`${name}-hint`} className="mt-0.5 text-xs text-muted">{hint}</p>}
      <div className="mt-1.5 flex flex-wrap gap-1.5">
        {options.map((option) => (
          <label key={option.value} className="cursor-pointer rounded-lg border border-line bg-raised px-2.5 py-1 text-sm transition-colors hover:bg-bubble has-checked:border-accent has-checked:bg-bubble has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
            <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} className="sr-only" />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
