import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Button, Field, IconButton } from "../app/controls";
import { Dialog } from "../app/Dialog";
import { isWanted, linesOf, readLines, withNewModels, type PriceLine } from "./priceLines";
import { parseAmount, type PriceTable } from "./prices";

/** Edits the price table: a line for each model that was used, and for others that somebody adds. */
export function PriceDialog({ prices, models, onSave, onClose }: { prices: PriceTable; models: readonly string[]; onSave: (prices: PriceTable) => void; onClose: () => void }) {
  const [lines, setLines] = useState(() => linesOf(prices, models));
  const [isChecked, setIsChecked] = useState(false);
  // Usage may still be loading when the dialog opens.
  const [lastModels, setLastModels] = useState(models);
  if (lastModels !== models) {
    setLastModels(models);
    setLines((all) => withNewModels(all, models));
  }
  const change = (id: number, fields: Partial<PriceLine>) => setLines((all) => all.map((line) => (line.id === id ? { ...line, ...fields } : line)));
  const read = readLines(lines);
  const submit = () => {
    setIsChecked(true);
    if (read === null) return;
    onSave(read);
    onClose();
  };
  return (
    <Dialog title="Prices" onClose={onClose} width="max-w-2xl">
      <form className="space-y-4" onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <p className="text-sm text-muted">US dollars for a million tokens, as your provider lists them. They stay in this browser. A line without prices is left out.</p>
        <ul className="space-y-3">
          {lines.map((line) => (
            <li key={line.id} className="grid grid-cols-[1fr_1fr_1fr_auto] items-end gap-2 border-b border-line pb-3 sm:grid-cols-[2fr_1fr_1fr_1fr_auto] sm:border-0 sm:pb-0">
              <Field label="Model" value={line.model} onChange={(event) => change(line.id, { model: event.target.value })} autoComplete="off" spellCheck={false} className="col-span-4 sm:col-span-1" />
              <Amount label="Input" model={line.model} value={line.input} isChecked={isChecked && isWanted(line)} onChange={(input) => change(line.id, { input })} />
              <Amount label="Output" model={line.model} value={line.output} isChecked={isChecked && isWanted(line)} onChange={(output) => change(line.id, { output })} />
              <Amount label="Cached" model={line.model} value={line.cachedInput} isChecked={isChecked && line.cachedInput.trim() !== ""} onChange={(cachedInput) => change(line.id, { cachedInput })} />
              <IconButton label={`Remove the price of ${line.model || "this line"}`} onClick={() => setLines((all) => all.filter(({ id }) => id !== line.id))}><Trash2 size={15} /></IconButton>
            </li>
          ))}
        </ul>
        {isChecked && read === null && <p role="alert" className="text-sm text-danger">Some lines are not complete: a price is a number, 0 or more, and a model needs one for input and one for output.</p>}
        <div className="flex flex-wrap justify-between gap-2">
          <Button onClick={() => setLines((all) => [...all, { id: Math.max(0, ...all.map(({ id }) => id)) + 1, model: "", input: "", output: "", cachedInput: "" }])}>Add a model</Button>
          <span className="flex gap-2"><Button onClick={onClose}>Cancel</Button><Button type="submit" look="primary">Save the prices</Button></span>
        </div>
      </form>
    </Dialog>
  );
}

function Amount({ label, model, value, isChecked, onChange }: { label: string; model: string; value: string; isChecked: boolean; onChange: (value: string) => void }) {
  const isBad = isChecked && parseAmount(value) === null;
  return <Field label={label} aria-label={`${label}, ${model || "new model"}`} aria-invalid={isBad || undefined} inputMode="decimal" placeholder="0.00" value={value} onChange={(event) => onChange(event.target.value)} autoComplete="off" />;
}
