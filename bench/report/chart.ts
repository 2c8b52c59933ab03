import { goalOf, type Result } from "./scenario.ts";
import { format } from "./table.ts";

/** Pixels. */
const WIDTH = 920;
const MARGIN = 24;
const NAME_WIDTH = 290;
const BAR_WIDTH = 350;
const BAR_LEFT = MARGIN + NAME_WIDTH;
const VALUE_LEFT = BAR_LEFT + BAR_WIDTH + 14;
const HEAD_HEIGHT = 96;
const TITLE_HEIGHT = 34;
const ROW_HEIGHT = 24;
const BAR_HEIGHT = 12;
const GAP = 8;

/** Both colour schemes; a page that embeds the file as an image gives it the reader's. */
const STYLE = `
  svg { --panel: #ffffff; --edge: #d8dee4; --text: #1f2328; --dim: #59636e; --peer: #dfe5ec; --ours: #2f6fed; --over: #e0702d; --goal: #1f2328; }
  @media (prefers-color-scheme: dark) {
    svg { --panel: #0f141b; --edge: #30363d; --text: #e9eef4; --dim: #9aa5b1; --peer: #2b333d; --ours: #5b93ff; --over: #f08a4b; --goal: #f4f7fa; }
  }
  text { font: 12.5px system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif; fill: var(--text); }
  .head { font-size: 18px; font-weight: 650; }
  .title { font-weight: 650; }
  .dim { fill: var(--dim); }
  .value { font-variant-numeric: tabular-nums; }
  .strong { font-weight: 650; }
`;

interface Bar {
  readonly name: string;
  /** Parts of what the peer has. */
  readonly ours: number;
  readonly goal: number | undefined;
  readonly value: string;
  readonly peerValue: string;
}

interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** Every figure that has a goal and that the peer has too: ours as a part of the peer's, and the goal as a mark. */
function groupsOf(results: readonly Result[]): Group[] {
  return results.map(({ title, figures, ours, peer }) => ({
    title,
    bars: Object.entries(figures).flatMap(([key, figure]) => {
      const [own = Number.NaN, other = 0] = [ours[key], peer[key]];
      const goal = goalOf(figure, other);
      if (goal === undefined || other === 0) return [];
      return [{ name: figure.name, ours: own / other, goal: goal / other, value: format(own, figure.unit), peerValue: format(other, figure.unit) }];
    }),
  })).filter(({ bars }) => bars.length > 0);
}

/** A picture of the results: one row for each figure. */
export function chart(results: readonly Result[]): string {
  const groups = groupsOf(results);
  const rows: string[] = [];
  let y = HEAD_HEIGHT;
  for (const { title, bars } of groups) {
    rows.push(`<text class="title" x="${MARGIN}" y="${y + 21}">${escaped(title)}</text>`);
    y += TITLE_HEIGHT;
    for (const bar of bars) {
      rows.push(rowAt(y, bar));
      y += ROW_HEIGHT;
    }
    y += GAP;
  }
  const height = y + MARGIN - GAP;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">
<title id="title">What convex-agent costs, as a part of what @convex-dev/agent costs</title>
<style>${STYLE}</style>
<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="10" fill="var(--panel)" stroke="var(--edge)"/>
${head()}
${rows.join("\n")}
</svg>
`;
}

function head(): string {
  return `<text class="head" x="${MARGIN}" y="38">What it costs</text>
<text class="dim" x="${MARGIN}" y="59">Each bar: convex-agent as a part of @convex-dev/agent 0.7.3 in the same scenario. Shorter is cheaper.</text>
${swatch(MARGIN, "var(--ours)", "convex-agent")}
${swatch(MARGIN + 112, "var(--over)", "what is over the goal")}
${swatch(MARGIN + 268, "var(--peer)", "@convex-dev/agent")}
<rect x="${MARGIN + 432}" y="72" width="2" height="16" fill="var(--goal)"/><text class="dim" x="${MARGIN + 442}" y="84">goal</text>`;
}

function swatch(x: number, color: string, name: string): string {
  return `<rect x="${x}" y="74" width="12" height="12" rx="3" fill="${color}"/><text class="dim" x="${x + 18}" y="84">${escaped(name)}</text>`;
}

function rowAt(y: number, { name, ours, goal, value, peerValue }: Bar): string {
  const top = y + (ROW_HEIGHT - BAR_HEIGHT) / 2;
  const rect = (x: number, width: number, color: string): string =>
    width <= 0 ? "" : `<rect x="${px(x)}" y="${top}" width="${px(width)}" height="${BAR_HEIGHT}" rx="3" fill="${color}"/>`;
  const widthOf = (part: number): number => Math.min(1, part) * BAR_WIDTH;
  const own = ours === 0 ? 0 : Math.max(2, widthOf(ours));
  const mark = goal === undefined ? undefined : widthOf(goal);
  const within = mark === undefined ? own : Math.min(own, mark);
  // The part over the goal is drawn first and whole, so that both parts meet without a gap between round corners.
  return [
    `<text class="dim" x="${MARGIN + 14}" y="${y + 16}">${escaped(name)}</text>`,
    rect(BAR_LEFT, BAR_WIDTH, "var(--peer)"),
    own > within ? rect(BAR_LEFT, own, "var(--over)") : "",
    rect(BAR_LEFT, within, "var(--ours)"),
    mark === undefined ? "" : `<rect x="${px(BAR_LEFT + mark - 1)}" y="${top - 3}" width="2" height="${BAR_HEIGHT + 6}" fill="var(--goal)"/>`,
    `<text class="value" x="${VALUE_LEFT}" y="${y + 16}"><tspan class="strong">${escaped(value)}</tspan><tspan class="dim"> of ${escaped(peerValue)}</tspan></text>`,
  ].join("");
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
