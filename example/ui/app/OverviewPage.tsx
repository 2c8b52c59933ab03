import { Link } from "./router";
import { Shell } from "./Shell";
import { useTopicGroups, type PageProps } from "./topic";

/** What there is to see, a card for each page. */
export function OverviewPage({ topic }: PageProps) {
  const groups = useTopicGroups();
  return (
    <Shell topic={topic} title={topic.title} side={null}>
      <div role="region" aria-label="Examples" tabIndex={0} className="h-full overflow-y-auto outline-offset-[-2px]">
        <div className="mx-auto max-w-5xl px-4 py-8 md:px-8">
          <h2 className="text-2xl font-semibold tracking-tight">Agents on Convex, one idea a page</h2>
          <p className="mt-2 max-w-2xl text-muted">
            Each page runs on functions that you can copy: “Source” at its top shows them. Every conversation is live in all
            browsers that have its link; on the page of <code>useChat</code>, whose hook reads it once, after a reload.
          </p>
          {groups.map(({ title, topics }) => (
            <section key={title} aria-label={title} className="mt-8">
              <h3 className="text-sm font-medium text-muted">{title}</h3>
              <ul className="mt-3 grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
                {topics.map((page) => (
                  <li key={page.path}>
                    <Link href={`/${page.path}`} className="flex h-full flex-col rounded-2xl border border-line bg-raised p-4 transition-colors hover:border-accent">
                      <page.icon size={18} aria-hidden className="text-accent" />
                      <span className="mt-3 font-medium">{page.title}</span>
                      <span className="mt-1 text-sm text-muted">{page.summary}</span>
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      </div>
    </Shell>
  );
}
