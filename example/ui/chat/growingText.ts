import remend from "remend";

/** A line that only begins something: a heading, a quote, a list item, a rule, an underline. Its words are still to come. */
const BARE_MARKUP = /^(?:[ \t#>*+_=-]|\d{1,9}[.)](?=[ \t]|$))*(?:\[[ xX]?\]?[ \t]*)?$/;

/**
 * Markdown whose end is still to come, made to read as what it becomes: emphasis and code that have begun are closed, a
 * link whose address is not whole is its words, a picture waits for its address, a line of markup for its first word.
 */
export function growingText(text: string): string {
  const lastLine = text.lastIndexOf("\n") + 1;
  const shown = BARE_MARKUP.test(text.slice(lastLine)) ? text.slice(0, lastLine) : text;
  return remend(shown, { linkMode: "text-only", katex: false, comparisonOperators: false, htmlTags: false });
}
