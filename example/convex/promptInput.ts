import { z } from "zod";
import { promptProblem } from "./chat/prompt";

/** A prompt as the chat takes it; the page asks `promptProblem` before it sends. */
export const promptSchema = z.string().check((check) => {
  const problem = promptProblem(check.value);
  if (problem !== null) check.issues.push({ code: "custom", message: problem, input: check.value });
});
