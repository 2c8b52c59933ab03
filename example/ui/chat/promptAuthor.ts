import { createContext } from "react";

/** What the people who ask are called on this page; for most they are the reader. */
export const PromptAuthorContext = createContext("You");
