import { useStreamingObject, type PartialDeep, type UIMessage } from "convex-agent/react";
import { ChefHat, Clock, Leaf, Lightbulb, Users } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { recipeSchema, type Recipe } from "../../convex/objects/recipe";

type Growing = PartialDeep<Recipe>;

/** A recipe as far as it is written. */
export function RecipeCard({ message }: { message: UIMessage }) {
  const { object, isComplete } = useStreamingObject<Recipe>(message.text);
  const isGrowing = message.status === "streaming";
  const problem = useMemo(() => (isComplete && !isGrowing ? problemOf(object) : null), [object, isComplete, isGrowing]);
  if (object === undefined && !isGrowing) return null;
  return (
    <article aria-label="Recipe" aria-busy={isGrowing} className="overflow-hidden rounded-2xl border border-line bg-panel">
      <header className="border-b border-line px-5 pt-5 pb-4">
        <p className="flex items-center gap-1.5 text-xs font-medium text-muted"><ChefHat size={14} aria-hidden />{message.agentName ?? "Agent"}{isGrowing && <span>is writing…</span>}</p>
        <h2 className="mt-1.5 min-h-8 text-xl font-semibold tracking-tight wrap-anywhere">{object?.title ?? <Bar width="w-56" />}</h2>
        <Facts recipe={object ?? {}} />
      </header>
      <div className="grid gap-x-8 gap-y-6 px-5 py-5 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <Ingredients items={object?.ingredients ?? []} isGrowing={isGrowing && object?.steps === undefined} />
        <Steps steps={object?.steps ?? []} isGrowing={isGrowing && object?.tip === undefined} />
      </div>
      {object?.tip !== undefined && <p className="flex items-start gap-2.5 border-t border-line px-5 py-3.5 text-sm"><Lightbulb size={16} aria-hidden className="mt-0.5 shrink-0 text-accent" />{object.tip}</p>}
      {problem !== null && <p role="alert" className="border-t border-line bg-danger-wash px-5 py-3 text-sm text-danger">{problem}</p>}
      <details className="border-t border-line px-5 py-2.5 text-sm">
        <summary className="rounded text-muted">The JSON as it was streamed, {message.text.length.toLocaleString("en")} characters</summary>
        <pre tabIndex={0} className="mt-2 max-h-64 overflow-auto text-xs wrap-anywhere whitespace-pre-wrap">{message.text}</pre>
      </details>
    </article>
  );
}

/** The model's text is what it is: a finished one is checked once more before the page vouches for it. */
function problemOf(object: unknown): string | null {
  const parsed = recipeSchema.safeParse(object);
  const issue = parsed.error?.issues[0];
  return issue === undefined ? null : `This is not a whole recipe: ${issue.path.join(".")}: ${issue.message}.`;
}

function Facts({ recipe: { servings, steps, difficulty, vegetarian } }: { recipe: Growing }) {
  const minutes = (steps ?? []).reduce((sum, step) => sum + (step.minutes ?? 0), 0);
  return (
    <ul className="mt-3 flex min-h-6 flex-wrap gap-x-4 gap-y-1.5 text-sm text-muted">
      {servings !== undefined && <Fact icon={<Users size={15} aria-hidden />}>{servings === 1 ? "1 serving" : `${servings} servings`}</Fact>}
      {minutes > 0 && <Fact icon={<Clock size={15} aria-hidden />}>{minutes} min</Fact>}
      {difficulty !== undefined && <Fact icon={<ChefHat size={15} aria-hidden />}>{difficulty}</Fact>}
      {vegetarian === true && <Fact icon={<Leaf size={15} aria-hidden />}>vegetarian</Fact>}
    </ul>
  );
}

function Fact({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return <li className="flex items-center gap-1.5 tabular-nums">{icon}{children}</li>;
}

function Ingredients({ items, isGrowing }: { items: NonNullable<Growing["ingredients"]>; isGrowing: boolean }) {
  return (
    <div role="group" aria-label="Ingredients">
      <h3 className="text-sm font-semibold">Ingredients</h3>
      <ul className="mt-2 divide-y divide-line text-sm">
        {items.map((item, index) => (
          <li key={index} className="flex justify-between gap-3 py-1.5"><span className="wrap-anywhere">{item.name ?? <Bar width="w-20" />}</span><span className="shrink-0 text-muted">{item.amount}</span></li>
        ))}
        {isGrowing && <li aria-hidden className="py-2"><Bar width="w-32" /></li>}
      </ul>
    </div>
  );
}

function Steps({ steps, isGrowing }: { steps: NonNullable<Growing["steps"]>; isGrowing: boolean }) {
  return (
    <div role="group" aria-label="Steps">
      <h3 className="text-sm font-semibold">Steps</h3>
      <ol className="mt-2 space-y-3 text-sm">
        {steps.map((step, index) => (
          <li key={index} className="flex gap-3">
            <span aria-hidden className="grid size-6 shrink-0 place-items-center rounded-full bg-bubble text-xs font-medium tabular-nums">{index + 1}</span>
            <div className="min-w-0 flex-1">
              <p className="flex justify-between gap-2 font-medium"><span className="wrap-anywhere">{step.title ?? <Bar width="w-24" />}</span>{step.minutes !== undefined && <span className="shrink-0 text-xs font-normal text-muted tabular-nums">{step.minutes} min</span>}</p>
              <p className="text-muted wrap-anywhere">{step.text}</p>
            </div>
          </li>
        ))}
        {isGrowing && <li aria-hidden className="py-1"><Bar width="w-48" /></li>}
      </ol>
    </div>
  );
}

/** Where something is still to come. */
function Bar({ width }: { width: string }) {
  return <span aria-hidden className={`inline-block h-4 animate-pulse rounded bg-bubble ${width}`} />;
}
