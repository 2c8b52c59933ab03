/** Lets time pass: between two looks at something that nobody tells of, or between two steps of a load. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
