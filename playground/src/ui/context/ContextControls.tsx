import { useState } from "react";
import { Checkbox, Field } from "../app/controls";
import { readValue, type ContextChanges, type ContextName, type ContextValues } from "./contextValues";

interface Props {
  values: ContextValues;
  onChange: (changes: ContextChanges) => void;
  /** The agent has no embedding model: searching by meaning would fail. */
  canEmbed: boolean;
}

/** The context options as controls. Each change is told at once. */
export function ContextControls({ values, onChange, canEmbed }: Props) {
  const searches = values.textSearch || values.vectorSearch;
  const number = (name: ContextName, label: string, rest: { step?: number; min?: number; max?: number } = {}) => (
    <NumberField key={String(values[name])} name={name} label={label} value={Number(values[name])} {...rest} onChange={onChange} />
  );
  return (
    <div className="grid gap-3">
      <div className="grid grid-cols-2 items-end gap-3 sm:grid-cols-[9rem_1fr]">
        {number("recentMessages", "Recent messages")}
        <Checkbox label="Leave tool calls out" checked={values.excludeToolMessages} onChange={(event) => onChange({ excludeToolMessages: event.target.checked })} className="pb-2" />
      </div>
      <fieldset className="grid gap-3 rounded-lg border border-line px-3 pt-1 pb-3">
        <legend className="px-1 text-xs text-muted">Search</legend>
        <div className="flex flex-wrap gap-x-5 gap-y-2">
          <Checkbox label="By words" checked={values.textSearch} onChange={(event) => onChange({ textSearch: event.target.checked })} />
          <Checkbox label="By meaning" checked={values.vectorSearch} disabled={!canEmbed && !values.vectorSearch} hint={canEmbed ? undefined : "The agent has no embedding model."} onChange={(event) => onChange({ vectorSearch: event.target.checked })} />
          <Checkbox label="In all threads of the user" checked={values.searchOtherThreads} disabled={!searches} onChange={(event) => onChange({ searchOtherThreads: event.target.checked })} />
        </div>
        {searches && (
          <div className="grid grid-cols-[repeat(auto-fill,minmax(7rem,1fr))] gap-3">
            {number("limit", "Matches at most")}
            {number("before", "Before each")}
            {number("after", "After each")}
            {values.vectorSearch && number("vectorScoreThreshold", "Score at least", { step: 0.05, min: -1, max: 1 })}
          </div>
        )}
      </fieldset>
    </div>
  );
}

/** A number that is told as soon as it is one; what is none stays in the field and says so. */
function NumberField({ name, label, value, step = 1, min = 0, max, onChange }: {
  name: ContextName;
  label: string;
  value: number;
  step?: number;
  min?: number;
  max?: number;
  onChange: (changes: ContextChanges) => void;
}) {
  const [typed, setTyped] = useState(String(value));
  const isBad = readValue(name, typed) === undefined;
  const type = (text: string) => {
    setTyped(text);
    const read = readValue(name, text);
    if (read !== undefined) onChange({ [name]: read });
  };
  return <Field label={label} type="number" inputMode="decimal" min={min} max={max} step={step} value={typed} onChange={(event) => type(event.target.value)} aria-invalid={isBad || undefined} />;
}
