import { z } from "zod";

/**
 * What the agent makes of a wish. The descriptions tell the model what each field is; the page checks the finished object
 * against the same schema.
 */
export const recipeSchema = z.object({
  title: z.string().describe("The name of the dish"),
  servings: z.number().int().min(1).max(24).describe("For how many people, for example 4"),
  difficulty: z.enum(["easy", "medium", "hard"]),
  vegetarian: z.boolean(),
  ingredients: z.array(z.object({
    name: z.string().describe("An ingredient, for example “onions”, “carrots”, “stock”, “salt”"),
    amount: z.string().describe("How much of it, for example “500 g”, “300 g”, “200 ml”, “a pinch”"),
  })).min(2).max(20),
  steps: z.array(z.object({
    title: z.string().describe("What the step is, for example “Prepare”, “Cook”, “Season”, “Serve”"),
    text: z.string().describe("What to do, for example “Wash everything and cut it into pieces of one size.”, “Cook it over a low heat until it is soft.”, “Taste it, and add salt where it needs some.”, “Serve it hot, in warm bowls.”"),
    minutes: z.number().int().min(1).max(240).describe("How long it takes, for example 10, 25, 2, 3"),
  })).min(2).max(12),
  tip: z.string().describe("One good advice, for example “It tastes better on the second day.”"),
});

export type Recipe = z.infer<typeof recipeSchema>;
