import type { z } from "zod";
import { invalidInput } from "./errors";

/** What a person typed, checked and in its final form. Throws what the page can show beside the field. */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown, field: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidInput(field, parsed.error.issues[0]?.message ?? "This cannot be used.");
  return parsed.data;
}
