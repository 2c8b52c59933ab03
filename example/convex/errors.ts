import { ConvexError } from "convex/values";

/** What a public function can refuse. It reaches the page as it is, so `message` is written for the person there. */
export type AppErrorData =
  | { code: "invalid_input"; field: string; message: string }
  | { code: "not_found"; message: string }
  | { code: "forbidden"; message: string };

export function invalidInput(field: string, message: string): ConvexError<AppErrorData> {
  return new ConvexError<AppErrorData>({ code: "invalid_input", field, message });
}

export function notFound(message: string): ConvexError<AppErrorData> {
  return new ConvexError<AppErrorData>({ code: "not_found", message });
}

export function forbidden(message: string): ConvexError<AppErrorData> {
  return new ConvexError<AppErrorData>({ code: "forbidden", message });
}
