import type { AgentDescription } from "convex-agent";
import type { ReactNode } from "react";
import { Button, Checkbox, Field, Select, TextArea } from "../app/controls";
import { ContextControls } from "../context/ContextControls";
import { realChanges, valuesOf, withoutGaps } from "../context/contextValues";
import { readSetting, SETTING_NAMES, SETTINGS, TOOL_CHOICES, type RunOptions, type SettingName } from "./runOptions";
import { useDraft } from "./useDraft";

interface Props {
  options: RunOptions;
  agent: AgentDescription;
  onChange: (options: RunOptions) => void;
}

/** All that can be changed of an agent for one answer. What is left as it is, is the agent's. */
export function RunOptionsEditor({ options, agent, onChange }: Props) {
  const base = valuesOf(agent.contextOptions);
  const change = (fields: Partial<RunOptions>) => onChange({ ...options, ...fields });
  return (
    <div className="grid gap-4">
      <Instructions key={agent.name} options={options} agent={agent} change={change} />
      <Group title="Model settings">
        <div className="grid grid-cols-[repeat(auto-fill,minmax(8.75rem,1fr))] gap-3">
          {SETTING_NAMES.map((name) => <Setting key={name} name={name} agent={agent} value={options.settings?.[name]} onChange={(value) => change({ settings: { ...options.settings, [name]: value } })} />)}
        </div>
      </Group>
      <Group title="Context">
        <ContextControls values={withoutGaps(base, options.context ?? {})} canEmbed={agent.embeddingModel !== undefined} onChange={(changes) => change({ context: realChanges({ ...options.context, ...changes }, base) })} />
      </Group>
      <Group title="Tools"><Tools options={options} agent={agent} change={change} /></Group>
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return <fieldset className="min-w-0"><legend className="mb-1.5 text-sm font-medium">{title}</legend>{children}</fieldset>;
}

interface PartProps {
  options: RunOptions;
  agent: AgentDescription;
  change: (fields: Partial<RunOptions>) => void;
}

function Instructions({ options, agent, change }: PartProps) {
  const own = textOf(agent.instructions);
  const { text, change: type, flush } = useDraft(options.instructions ?? own, (next) => change({ instructions: next === own ? undefined : next }));
  // Nothing comes or goes when the field is left: what is clicked then would move away from under the pointer.
  return (
    <div>
      <TextArea label="Instructions" value={text} onChange={(event) => type(event.target.value)} onBlur={flush} placeholder="None" spellCheck={false} />
      <Button size="small" look="plain" className="mt-1" disabled={options.instructions === undefined} onClick={() => change({ instructions: undefined })}>
        {options.instructions === undefined ? "These are the agent’s own" : "Back to the agent’s own"}
      </Button>
    </div>
  );
}

function textOf(instructions: AgentDescription["instructions"]): string {
  if (instructions === undefined) return "";
  return typeof instructions === "string" ? instructions : JSON.stringify(instructions, null, 2);
}

function Setting({ name, agent, value, onChange }: { name: SettingName; agent: AgentDescription; value: number | undefined; onChange: (value: number | undefined) => void }) {
  const { label, min, max, step } = SETTINGS[name];
  const { text, change, flush } = useDraft(value === undefined ? "" : String(value), (next) => {
    const setting = readSetting(name, next);
    if (setting !== undefined || next.trim() === "") onChange(setting);
  });
  const isBad = text.trim() !== "" && readSetting(name, text) === undefined;
  return (
    <Field label={label} inputMode="decimal" value={text} onChange={(event) => change(event.target.value)} onBlur={flush} placeholder={ownSetting(agent, name)} autoComplete="off"
      problem={isBad ? `From ${min} to ${max}${step === 1 ? ", whole" : ""}` : undefined} />
  );
}

/** What the agent has for a setting, to show where nothing else is typed. */
function ownSetting({ callSettings }: AgentDescription, name: SettingName): string {
  if (typeof callSettings !== "object" || callSettings === null || !(name in callSettings)) return "default";
  return String(Object.entries(callSettings).find(([key]) => key === name)?.[1]);
}

function Tools({ options, agent, change }: PartProps) {
  const names = agent.tools.map(({ name }) => name);
  const active = options.tools ?? names;
  const toggle = (name: string, isOn: boolean) => {
    const next = names.filter((each) => (each === name ? isOn : active.includes(each)));
    change({ tools: next.length === names.length ? undefined : next });
  };
  return (
    <div className="grid gap-3">
      {names.length === 0
        ? <p className="text-sm text-muted">The agent has none.</p>
        : <div className="flex flex-wrap gap-x-5 gap-y-2">{names.map((name) => <Checkbox key={name} label={<span className="font-mono text-[13px]">{name}</span>} checked={active.includes(name)} onChange={(event) => toggle(name, event.target.checked)} />)}</div>}
      <div className="grid grid-cols-[repeat(auto-fill,minmax(8.75rem,1fr))] gap-3">
        <Select label="Tool choice" value={options.toolChoice ?? ""} onChange={(event) => change({ toolChoice: TOOL_CHOICES.find((choice) => choice === event.target.value) })}>
          <option value="">default</option>{TOOL_CHOICES.map((choice) => <option key={choice}>{choice}</option>)}
        </Select>
        <Steps value={options.maxSteps} own={agent.maxSteps} onChange={(maxSteps) => change({ maxSteps })} />
      </div>
    </div>
  );
}

const MAX_STEPS = 100;

function Steps({ value, own, onChange }: { value: number | undefined; own: number | undefined; onChange: (value: number | undefined) => void }) {
  const read = (text: string) => {
    const steps = Number(text);
    onChange(text !== "" && Number.isInteger(steps) && steps >= 1 && steps <= MAX_STEPS ? steps : undefined);
  };
  return <Field label="Steps at most" type="number" min={1} max={MAX_STEPS} value={value ?? ""} placeholder={own === undefined ? "default" : String(own)} onChange={(event) => read(event.target.value)} />;
}
